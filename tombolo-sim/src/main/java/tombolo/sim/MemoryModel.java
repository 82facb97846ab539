// SPDX-License-Identifier: Apache-2.0
package tombolo.sim;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What harts may see of each other's accesses to shared memory. */
public enum MemoryModel {
  /** Sequential consistency: each access takes effect at once, in program order. */
  SC,
  /** Total store order, as on x86: a store may wait until after later loads. */
  TSO,
  /** RISC-V's own weak memory order (Unprivileged ISA, "RVWMO Memory Consistency Model"). */
  RVWMO;

  /** Returns the name that people write. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns the model of this name, if there is one. */
  public static Optional<MemoryModel> named(String label) {
    return Arrays.stream(values()).filter(model -> model.label().equals(label)).findFirst();
  }

  /** Returns the names of all. */
  public static List<String> labels() {
    return Arrays.stream(values()).map(MemoryModel::label).toList();
  }
}
