// SPDX-License-Identifier: Apache-2.0

package tombolo.topology;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tombolo.machine.host.Mishaps;

/**
 * A fault that may come in a simulated run, as people write it: {@code kill VM}, {@code jump
 * clock}.
 *
 * @param kind what happens
 * @param target the name of the VM to which it happens, or {@code clock}
 */
public record FaultSpec(Kind kind, String target) {
  private static final String CLOCK = "clock";

  /** What can happen. */
  public enum Kind {
    /** The VM dies at any instruction. It boots again if its {@code restart} allows that. */
    KILL(null),
    /** The VM stands still for up to some seconds. */
    STALL(null),
    /** Time jumps ahead by up to some seconds, for all. */
    JUMP(null),
    /** Doorbells come late. */
    DELAY_BELLS(Mishaps.Kind.LATE_BELL),
    /** Waits for interrupts end without one. */
    WAKE(Mishaps.Kind.WAKE_UP),
    /** Channels are neither published nor joined, for want of memory or room. */
    REFUSE(Mishaps.Kind.REFUSAL),
    /** Disks take longer. */
    SLOW_DISKS(Mishaps.Kind.SLOW_DISK),
    /** Requests to disks fail. */
    FAIL_DISKS(Mishaps.Kind.DISK_ERROR),
    /** Packets for the VM are lost. */
    LOSE_PACKETS(Mishaps.Kind.LOST_PACKET),
    /** Packets for the VM overtake each other. */
    SWAP_PACKETS(Mishaps.Kind.SWAPPED_PACKET);

    private final Mishaps.@Nullable Kind occasion;

    Kind(Mishaps.@Nullable Kind occasion) {
      this.occasion = occasion;
    }

    /** Returns at which occasions it may come; null for what comes at a time. */
    public Mishaps.@Nullable Kind occasion() {
      return occasion;
    }

    /** Returns whether it happens to a VM. */
    public boolean isOfVm() {
      return this != JUMP;
    }

    /** Returns the words that people write. */
    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private String usage() {
      return "\"%s %s\"".formatted(word(), isOfVm() ? "VM" : CLOCK);
    }
  }

  /**
   * Parses what a person wrote.
   *
   * @param vms the names of the VMs that there are
   * @throws InputException if it is no fault of one of them
   */
  public static FaultSpec parse(String text, List<String> vms) {
    String[] words = text.strip().split(" +", 2);
    Kind kind =
        Arrays.stream(Kind.values())
            .filter(one -> one.word().equals(words[0]))
            .findFirst()
            .orElseThrow(
                () ->
                    new InputException(
                        "\"%s\": not a fault; write one of %s".formatted(text, usages())));
    List<String> targets = kind.isOfVm() ? vms : List.of(CLOCK);
    if (words.length < 2 || !targets.contains(words[1])) {
      throw new InputException(
          "\"%s\": names no %s; there is %s"
              .formatted(text, kind.isOfVm() ? "VM" : "clock", String.join(", ", targets)));
    }
    return new FaultSpec(kind, words[1]);
  }

  /** Returns what people may write, in a list. */
  public static String usages() {
    return Arrays.stream(Kind.values()).map(Kind::usage).collect(Collectors.joining(", "));
  }

  @Override
  public String toString() {
    return kind.word() + " " + target;
  }
}
