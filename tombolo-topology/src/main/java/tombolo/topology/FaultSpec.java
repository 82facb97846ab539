// SPDX-License-Identifier: Apache-2.0

package tombolo.topology;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * A fault that may come in a simulated run, as people write it: {@code kill VM} or {@code stall
 * VM}.
 *
 * @param kind what happens
 * @param vm the name of the VM to which it happens
 */
public record FaultSpec(Kind kind, String vm) {
  /** What can happen. */
  public enum Kind {
    /** The VM dies at any instruction. It boots again if its {@code restart} allows that. */
    KILL,
    /** The VM stands still for up to some seconds. */
    STALL;

    /** Returns the word that people write. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
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
                        "\"%s\": not a fault; write \"kill VM\" or \"stall VM\"".formatted(text)));
    if (words.length < 2 || !vms.contains(words[1])) {
      throw new InputException(
          "\"%s\": names no VM; there is %s".formatted(text, String.join(", ", vms)));
    }
    return new FaultSpec(kind, words[1]);
  }

  @Override
  public String toString() {
    return kind.word() + " " + vm;
  }
}
