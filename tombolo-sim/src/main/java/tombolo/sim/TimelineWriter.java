// SPDX-License-Identifier: Apache-2.0
package tombolo.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tombolo.machine.image.SymbolTable;
import tombolo.topology.Topology;
import tombolo.topology.VmSpec;

/** Writes the {@link Timeline} of a run. */
final class TimelineWriter implements Observer {
  /** The most lines; the first ones are left out, because a failure is at the end. */
  private static final int MOST_LINES = 10_000;

  /** The longest sequence of lines whose repetitions are told once. */
  private static final int MOST_REPEATED = 6;

  private final Map<String, SymbolTable> symbols = new TreeMap<>();
  private final List<Timeline.Line> lines = new ArrayList<>();

  /** Makes an empty one. */
  TimelineWriter(Topology topology) {
    for (VmSpec vm : topology.vms()) {
      symbols.put(vm.name(), vm.image().kernel().symbols());
    }
  }

  /** Returns what it has written so far. */
  Timeline timeline() {
    return new Timeline(lines);
  }

  private String where(String hart, long pc) {
    SymbolTable table = symbols.get(hart.substring(0, hart.indexOf('/')));
    @Nullable String nearest = table == null ? null : table.nearest(pc);
    return nearest == null ? "0x%x".formatted(pc) : nearest;
  }

  private void add(String who, String where, String what) {
    add(who, where, what, false);
  }

  private void add(String who, String where, String what, boolean different) {
    lines.add(new Timeline.Line(who, where, what, different, 1, 1));
    for (int span = 1; span <= MOST_REPEATED; span++) {
      if (foldsLast(span)) {
        break;
      }
    }
    if (lines.size() > MOST_LINES) {
      lines.subList(0, MOST_LINES / 2).clear();
    }
  }

  /** Folds the last lines into the same ones before them. */
  private boolean foldsLast(int span) {
    int size = lines.size();
    if (size < 2 * span) {
      return false;
    }
    for (int i = 1; i <= span; i++) {
      if (!isSame(lines.get(size - i), lines.get(size - span - i))) {
        return false;
      }
    }
    Timeline.Line end = lines.get(size - span - 1);
    boolean ends = end.span() == span || end.times() == 1;
    if (!ends) {
      return false;
    }
    lines.subList(size - span, size).clear();
    lines.set(
        lines.size() - 1,
        new Timeline.Line(
            end.who(), end.where(), end.what(), end.different(), end.times() + 1, span));
    return true;
  }

  private static boolean isSame(Timeline.Line one, Timeline.Line other) {
    return one.who().equals(other.who())
        && one.where().equals(other.where())
        && one.what().equals(other.what())
        && one.times() == 1;
  }

  @Override
  public void switched(String task, String next) {
    if (!task.equals(next)) {
      add(task, "", "stops here; %s goes on".formatted(next), true);
    }
  }

  @Override
  public void loaded(String hart, long pc, long gpa, int size, long value, int older) {
    String what = "loads %s from 0x%x".formatted(number(value), gpa);
    add(
        hart,
        where(hart, pc),
        older == 0 ? what : "%s: an old value, %d behind".formatted(what, older),
        older > 0);
  }

  @Override
  public void stored(
      String hart, long pc, long gpa, int size, long value, long number, boolean waits) {
    String what = "stores %s to 0x%x".formatted(number(value), gpa);
    add(
        hart,
        where(hart, pc),
        waits ? "%s: not visible yet (#%d)".formatted(what, number) : what,
        waits);
  }

  @Override
  public void visible(String hart, long number, long value) {
    add(hart, "", "its store #%d of %s becomes visible".formatted(number, number(value)));
  }

  @Override
  public void atomic(String hart, long pc, long gpa, long value) {
    add(
        hart,
        where(hart, pc),
        "executes an atomic, which leaves %s at 0x%x".formatted(number(value), gpa));
  }

  @Override
  public void accessed(String hart, long pc, long gpa, boolean store) {
    add(
        hart,
        where(hart, pc),
        "%s several bytes at 0x%x".formatted(store ? "stores" : "loads", gpa));
  }

  @Override
  public void device(String hart, long gpa) {
    add(hart, "", "accesses the device at 0x%x".formatted(gpa));
  }

  @Override
  public void interrupted(String hart, long pc) {
    add(hart, where(hart, pc), "takes an interrupt");
  }

  @Override
  public void fault(Decision.Strike strike) {
    add(strike.fault().target(), "", "fault: " + strike.fault(), true);
  }

  @Override
  public void mishap(Decision.Mishap mishap) {
    String what =
        switch (mishap.kind()) {
          case LATE_BELL -> "a doorbell comes " + late(mishap);
          case WAKE_UP -> "a wait for interrupts ends without one";
          case REFUSAL -> "an operation is refused";
          case SLOW_DISK -> "a disk answers " + late(mishap);
          case DISK_ERROR -> "a request to a disk fails";
          case LOST_PACKET -> "a packet is lost";
          case SWAPPED_PACKET -> "a packet is overtaken";
        };
    add(mishap.vm(), "", "fault: " + what, true);
  }

  private static String late(Decision.Mishap mishap) {
    return String.format(Locale.ROOT, "%.3f ms late", mishap.nanos() / 1e6);
  }

  private static String number(long value) {
    return value >= 0 && value < 10_000 ? String.valueOf(value) : "0x%x".formatted(value);
  }
}
