// SPDX-License-Identifier: Apache-2.0

package tombolo.topology.file;

import java.util.List;
import java.util.stream.Collectors;

/** A topology file can't be worked with. */
public final class TopologyException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<Mistake> mistakes;

  /**
   * @param mistakes all that were found, at least one
   */
  TopologyException(List<Mistake> mistakes) {
    super(lines(mistakes));
    this.mistakes = List.copyOf(mistakes);
  }

  /** All that were found, in the file's order, a line each; the message has the same lines. */
  public List<Mistake> mistakes() {
    return mistakes;
  }

  /** The same, as text of one or more lines without a newline at the end. */
  public String lines() {
    return lines(mistakes);
  }

  private static String lines(List<Mistake> mistakes) {
    return mistakes.stream().map(Mistake::toString).collect(Collectors.joining("\n"));
  }
}
