// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.image;

import java.util.List;

/**
 * A program that was checked and can be put into guest memory.
 *
 * @param format for people: "ELF64", "flat", "Linux Image"
 * @param segments what to load, in ascending order, not overlapping
 * @param entry guest physical address of the first instruction
 * @param symbols function and object symbols for reports, in ascending order of address; may be empty
 */
public record KernelImage(
    String format, List<Segment> segments, long entry, SymbolTable symbols) {
  /**
   * A piece of the program.
   *
   * @param gpa where it goes
   * @param content its bytes
   * @param memorySize its size in memory, at least content's length; the rest is zero
   */
  public record Segment(long gpa, byte[] content, long memorySize) {}
}
