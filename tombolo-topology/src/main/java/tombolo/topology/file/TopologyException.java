// SPDX-License-Identifier: Apache-2.0

package tombolo.topology.file;

import java.util.List;
import java.util.stream.Collectors;

/** A topology file has mistakes. */
public final class TopologyException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<Mistake> mistakes;

  /**
   * @param mistakes all of them, at least one
   */
  TopologyException(List<Mistake> mistakes) {
    super(lines(mistakes));
    this.mistakes = List.copyOf(mistakes);
  }

  /** Returns all mistakes, in the file's order. */
  public List<Mistake> mistakes() {
    return mistakes;
  }

  /** Returns all mistakes as text, a line each, without a newline at the end. */
  public String lines() {
    return lines(mistakes);
  }

  private static String lines(List<Mistake> mistakes) {
    return mistakes.stream().map(Mistake::toString).collect(Collectors.joining("\n"));
  }
}
