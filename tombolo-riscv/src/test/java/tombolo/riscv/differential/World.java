// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.differential;

import java.util.List;
import java.util.Map;

/**
 * All that a program starts from, but its code.
 *
 * @param supervisor whether it starts in S-mode, else in U-mode
 * @param paging 0 (bare), 8 (Sv39) or 9 (Sv48): the value of satp.MODE
 * @param code virtual address of the first code page
 * @param codeWritable whether the program may store to its code
 * @param otherMode what to add to a code address for an alias that the other mode may execute
 * @param tables virtual address of the page tables' window, one page after another as in the arena
 * @param routines virtual address at which subroutines are executed; 4 bytes each, return to x31
 * @param routinesWrite virtual address at which {@link Arena#ROUTINES} is written
 * @param routinesEntry physical address of the entry that maps {@code routines}; 0 without paging
 * @param satp at the start
 * @param otherSatp with the same mappings but for the spots; 0 without paging
 * @param status sstatus at the start
 * @param spots pages to access; more than one
 * @param memory contents, by physical address, of every page that the program can reach but its
 *     code; shorter contents end in zeros
 */
record World(
    boolean supervisor,
    int paging,
    long code,
    int entryOffset,
    boolean codeWritable,
    long otherMode,
    long tables,
    long routines,
    long routinesWrite,
    long routinesEntry,
    long satp,
    long otherSatp,
    long status,
    long counteren,
    long interruptEnable,
    long interruptPending,
    long fcsr,
    List<Long> registers,
    List<Long> floats,
    List<Spot> spots,
    Map<Long, long[]> memory) {

  static final long STATUS_SIE = 1L << 1;
  static final long STATUS_SPIE = 1L << 5;
  static final long STATUS_SPP = 1L << 8;
  static final long STATUS_VS = 3L << 9;
  static final long STATUS_FS = 3L << 13;
  static final long STATUS_SUM = 1L << 18;
  static final long STATUS_MXR = 1L << 19;
  static final long STATUS_UXL64 = 2L << 32;

  long entry() {
    return code + entryOffset;
  }

  boolean user() {
    return !supervisor;
  }

  boolean bare() {
    return paging == 0;
  }

  boolean paged() {
    return !bare();
  }

  /** Whether the program can change its page tables. */
  boolean ownsTables() {
    return paged() && supervisor;
  }

  boolean codeFixed() {
    return !codeWritable;
  }

  boolean floatsOff() {
    return !floatsOn();
  }

  boolean floatsOn() {
    return (status & STATUS_FS) != 0;
  }

  boolean vectorsOn() {
    return (status & STATUS_VS) != 0;
  }

  boolean vectorsOff() {
    return !vectorsOn();
  }

  /** Where in the tables' window the program finds the word at physical address {@code entry}. */
  long tableWindow(long entry) {
    return tables + (entry - Arena.table(0));
  }
}
