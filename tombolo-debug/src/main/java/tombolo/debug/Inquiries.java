// SPDX-License-Identifier: Apache-2.0
package tombolo.debug;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tombolo.machine.debug.Debuggable;
import tombolo.memory.GuestMemory;
import tombolo.memory.GuestMemoryException;

/**
 * Answers what a debugger asks while the target is stopped. Threads are vCPUs, and are numbered
 * from 1. What a debugger sends is not trusted: what is wrong gets an error, and changes nothing.
 *
 * <p>Used by the session's thread.
 */
final class Inquiries {
  static final String INVALID = "E16"; // EINVAL
  private static final String NO_MEMORY = "E0e"; // EFAULT
  private static final String READ_ONLY = "E01"; // EPERM
  private static final String OK = "OK";
  private static final String UNKNOWN = "";

  private static final int MOST_STOPS = 10_000;
  private static final int MOST_BYTES = Packets.MOST / 2 - 16;
  private static final int PAGE = 4096;

  private final Target target;
  private final TreeSet<Long> breakpoints = new TreeSet<>();
  private final List<Watchpoint> watchpoints = new ArrayList<>();

  /** Which vCPU registers and addresses are of. */
  private int selected;

  /** Which vCPU {@code s} and {@code bs} step. */
  private int stepped;

  private @Nullable StopEvent stop;

  /** Made when somebody asks: there are vCPUs then. */
  private String description = "";

  Inquiries(Target target) {
    this.target = target;
  }

  /** Notes that the target has stopped. */
  void stopped(StopEvent event) {
    stop = event;
    selected = event.vcpu();
    stepped = event.vcpu();
  }

  /** Returns what says why the target has stopped. */
  String stopReply() {
    StopEvent event = stop;
    if (event == null) {
      return INVALID;
    }
    int signal = event.kind() == StopEvent.Kind.INTERRUPTED ? 2 : 5; // SIGINT, SIGTRAP
    String why =
        switch (event.kind()) {
          case WATCHPOINT -> {
            Watchpoint hit = event.watchpoint();
            yield hit == null ? "" : hit.kind().word + ":%x;".formatted(hit.va());
          }
          case BEGIN -> "replaylog:begin;";
          case END -> "replaylog:end;";
          default -> "";
        };
    return "T%02xthread:%x;%s".formatted(signal, event.vcpu() + 1, why);
  }

  /** Returns how a packet wants the target to go on; null if it wants something else. */
  @Nullable Resumption resumption(String packet) {
    return switch (packet) {
      case "c" -> new Resumption.Forward(-1, true);
      case "s" -> new Resumption.Forward(stepped, true);
      case "bc" -> backward(-1);
      case "bs" -> backward(stepped);
      default -> packet.startsWith("vCont;") ? actions(packet.substring("vCont;".length())) : null;
    };
  }

  private @Nullable Resumption backward(int vcpu) {
    return target.goesBackwards() ? new Resumption.Backward(vcpu) : null;
  }

  /**
   * Parses {@code action[:thread]}, several of them, of which the first that fits a thread counts.
   */
  private Resumption actions(String text) {
    int step = -1;
    boolean others = false;
    for (String action : text.split(";", -1)) {
      int colon = action.indexOf(':');
      String verb = colon < 0 ? action : action.substring(0, colon);
      int thread = colon < 0 ? -1 : thread(action.substring(colon + 1));
      switch (verb.isEmpty() ? ' ' : verb.charAt(0)) {
        case 's', 'S' -> step = step >= 0 ? step : Math.max(thread, 0);
        case 'c', 'C' -> others = true;
        default -> throw new IllegalArgumentException(action);
      }
    }
    return new Resumption.Forward(step, others);
  }

  /** Parses a thread; -1 for all, and the selected one for any. */
  private int thread(String text) {
    if (text.equals("-1")) {
      return -1;
    }
    int number = Hex.index(text);
    return number == 0 ? selected : vcpu(number);
  }

  private int vcpu(int thread) {
    if (thread < 1 || thread > target.vcpus().size()) {
      throw new IllegalArgumentException("no thread " + thread);
    }
    return thread - 1;
  }

  /**
   * Answers a packet.
   *
   * @throws IllegalArgumentException if it cannot be understood
   * @throws IndexOutOfBoundsException if it names a register that there is not
   */
  String answer(String packet) {
    if (packet.isEmpty()) {
      return UNKNOWN;
    }
    String rest = packet.substring(1);
    return switch (packet.charAt(0)) {
      case '?' -> stopReply();
      case 'g' -> integers();
      case 'p' -> Hex.of(selectedVcpu().register(Hex.index(rest)));
      case 'P' -> setRegister(rest);
      case 'm' -> read(rest);
      case 'M' -> write(rest);
      case 'X' -> writeBinary(rest);
      case 'H' -> select(rest);
      case 'T' -> vcpu(Hex.index(rest)) >= 0 ? OK : INVALID;
      case 'Z' -> insert(rest);
      case 'z' -> remove(rest);
      case 'q' -> query(rest);
      case 'v' -> packet.equals("vCont?") ? "vCont;c;C;s;S" : UNKNOWN;
      default -> UNKNOWN;
    };
  }

  private Debuggable selectedVcpu() {
    return target.vcpus().get(selected);
  }

  /** The first set; GDB asks for the others where it needs them. */
  private String integers() {
    Debuggable vcpu = selectedVcpu();
    StringBuilder all = new StringBuilder();
    int count = vcpu.registerSets().getFirst().registers().size();
    for (int i = 0; i < count; i++) {
      all.append(Hex.of(vcpu.register(i)));
    }
    return all.toString();
  }

  private String setRegister(String text) {
    int equals = text.indexOf('=');
    if (equals < 0) {
      return INVALID;
    }
    int number = Hex.index(text.substring(0, equals));
    byte[] value = Hex.bytes(text.substring(equals + 1));
    return target.isWritable() && selectedVcpu().setRegister(number, value) ? OK : READ_ONLY;
  }

  private String select(String text) {
    if (text.length() < 2) {
      return INVALID;
    }
    int vcpu = thread(text.substring(1));
    if (text.charAt(0) == 'g') {
      selected = vcpu < 0 ? selected : vcpu;
    } else {
      stepped = vcpu < 0 ? stepped : vcpu;
    }
    return OK;
  }

  private String read(String text) {
    int comma = text.indexOf(',');
    if (comma < 0) {
      return INVALID;
    }
    long va = Hex.number(text.substring(0, comma));
    byte[] bytes = new byte[Math.min(Hex.index(text.substring(comma + 1)), MOST_BYTES)];
    int done = 0;
    try {
      for (Watchpoint.Place place : places(va, bytes.length)) {
        target.memory().read(place.gpa(), bytes, done, place.length());
        done += place.length();
      }
    } catch (GuestMemoryException e) {
      // What comes before it can be shown.
    }
    return done == 0 && bytes.length > 0 ? NO_MEMORY : Hex.of(Arrays.copyOf(bytes, done));
  }

  /** Returns where the bytes of a range are, up to the first that is nowhere. */
  private List<Watchpoint.Place> places(long va, int length) {
    List<Watchpoint.Place> places = new ArrayList<>();
    int done = 0;
    while (done < length) {
      long at = va + done;
      int part = (int) Math.min(length - done, PAGE - (at & PAGE - 1));
      long gpa = selectedVcpu().gpa(at);
      if (gpa == -1) {
        break;
      }
      places.add(new Watchpoint.Place(gpa, part));
      done += part;
    }
    return places;
  }

  private String write(String text) {
    int colon = text.indexOf(':');
    return colon < 0
        ? INVALID
        : write(text.substring(0, colon), Hex.bytes(text.substring(colon + 1)));
  }

  private String writeBinary(String text) {
    int colon = text.indexOf(':');
    return colon < 0
        ? INVALID
        : write(
            text.substring(0, colon),
            text.substring(colon + 1).getBytes(StandardCharsets.ISO_8859_1));
  }

  private String write(String range, byte[] bytes) {
    int comma = range.indexOf(',');
    if (comma < 0 || Hex.index(range.substring(comma + 1)) != bytes.length) {
      return INVALID;
    }
    if (!target.isWritable()) {
      return READ_ONLY;
    }
    List<Watchpoint.Place> places = places(Hex.number(range.substring(0, comma)), bytes.length);
    GuestMemory memory = target.memory();
    int found = places.stream().mapToInt(Watchpoint.Place::length).sum();
    if (found != bytes.length
        || !places.stream().allMatch(place -> memory.allows(place.gpa(), place.length(), true))) {
      return NO_MEMORY;
    }
    int done = 0;
    for (Watchpoint.Place place : places) {
      memory.write(place.gpa(), bytes, done, place.length());
      done += place.length();
    }
    target.vcpus().forEach(Debuggable::memoryChanged);
    return OK;
  }

  /** {@code type,address,length}, perhaps with conditions, which are ours to ignore. */
  private String insert(String text) {
    String[] fields = text.split("[,;]", -1);
    if (fields.length < 3) {
      return INVALID;
    }
    int type = Hex.index(fields[0]);
    long va = Hex.number(fields[1]);
    if (breakpoints.size() + watchpoints.size() >= MOST_STOPS) {
      return INVALID;
    }
    if (type <= 1) {
      breakpoints.add(va);
    } else {
      Watchpoint.@Nullable Kind kind = kind(type);
      int length = Hex.index(fields[2]);
      if (kind == null || length < 1 || length > Watchpoint.MOST_BYTES) {
        return kind == null ? UNKNOWN : INVALID;
      }
      List<Watchpoint.Place> places = places(va, length);
      if (places.stream().mapToInt(Watchpoint.Place::length).sum() != length) {
        return NO_MEMORY;
      }
      Watchpoint added = new Watchpoint(va, length, kind, places);
      if (!watchpoints.contains(added)) {
        watchpoints.add(added);
      }
    }
    return changed();
  }

  private String remove(String text) {
    String[] fields = text.split("[,;]", -1);
    if (fields.length < 3) {
      return INVALID;
    }
    int type = Hex.index(fields[0]);
    long va = Hex.number(fields[1]);
    if (type <= 1) {
      breakpoints.remove(va);
    } else {
      Watchpoint.@Nullable Kind kind = kind(type);
      int length = Hex.index(fields[2]);
      watchpoints.removeIf(old -> old.va() == va && old.kind() == kind && old.length() == length);
    }
    return changed();
  }

  private String changed() {
    target.setStops(new Stops(breakpoints, watchpoints));
    return OK;
  }

  private static Watchpoint.@Nullable Kind kind(int number) {
    for (Watchpoint.Kind kind : Watchpoint.Kind.values()) {
      if (kind.number == number) {
        return kind;
      }
    }
    return null;
  }

  private String query(String text) {
    int colon = text.indexOf(':');
    String name = colon < 0 ? text : text.substring(0, colon);
    String rest = colon < 0 ? "" : text.substring(colon + 1);
    if (name.startsWith("ThreadExtraInfo,")) {
      int vcpu = vcpu(Hex.index(name.substring("ThreadExtraInfo,".length())));
      return Hex.ofText("%s/vcpu%d".formatted(target.name(), vcpu));
    }
    if (name.startsWith("Rcmd,")) {
      return monitor(
          new String(Hex.bytes(name.substring("Rcmd,".length())), StandardCharsets.UTF_8));
    }
    return switch (name) {
      case "Supported" ->
          "PacketSize=%x;QStartNoAckMode+;vContSupported+;qXfer:features:read+%s"
              .formatted(
                  Packets.MOST, target.goesBackwards() ? ";ReverseStep+;ReverseContinue+" : "");
      case "Attached" -> "1";
      case "C" -> "QC%x".formatted(selected + 1);
      case "fThreadInfo" -> threads();
      case "sThreadInfo" -> "l";
      case "Xfer" -> features(rest);
      default -> UNKNOWN;
    };
  }

  private String threads() {
    StringBuilder all = new StringBuilder("m");
    for (int i = 1; i <= target.vcpus().size(); i++) {
      all.append(i == 1 ? "" : ",").append(Integer.toHexString(i));
    }
    return all.toString();
  }

  private String features(String text) {
    String wanted = "features:read:target.xml:";
    int comma = text.indexOf(',');
    if (!text.startsWith(wanted) || comma < 0) {
      return UNKNOWN;
    }
    if (description.isEmpty()) {
      Debuggable first = target.vcpus().getFirst();
      description = TargetDescription.of(first.architecture(), first.registerSets());
    }
    int from = Math.min(Hex.index(text.substring(wanted.length(), comma)), description.length());
    int length = Math.min(Hex.index(text.substring(comma + 1)), MOST_BYTES);
    int to = (int) Math.min((long) from + length, description.length());
    return (to == description.length() ? "l" : "m") + description.substring(from, to);
  }

  private String monitor(String command) {
    return switch (command.strip()) {
      case "where" -> Hex.ofText(target.describe() + "\n");
      default -> Hex.ofText("monitor where: tells where the run is, and which VM this is\n");
    };
  }
}
