// SPDX-License-Identifier: Apache-2.0

package tombolo.topology.file;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects the mistakes in a file while it is read. For one thread. */
final class Mistakes {
  private final String file;
  private final List<Mistake> found = new ArrayList<>();

  /**
   * @param file as the person named it
   */
  Mistakes(String file) {
    this.file = file;
  }

  void add(int line, String key, String what) {
    found.add(new Mistake(file, line, key, what));
  }

  /**
   * @throws TopologyException if there are any
   */
  void throwIfAny() {
    if (!found.isEmpty()) {
      throw new TopologyException(inOrder());
    }
  }

  /** Returns them in the file's order; those of one line as they were found. */
  List<Mistake> inOrder() {
    return found.stream().sorted(Comparator.comparingInt(Mistake::line)).toList();
  }
}
