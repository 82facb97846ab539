// SPDX-License-Identifier: Apache-2.0
package tombolo.machine;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Tells the log of accesses where nothing answers, and of stores to memory that the guest may only
 * read: the first one of each page, of a bounded number of pages, so that a guest can't flood the
 * log or fill the host's memory. Thread-safe.
 */
final class UnknownAccessLog {
  static final int MAX_PAGES = 64;

  private final String vmName;
  private final Supplier<System.Logger> log;
  private volatile boolean full;
  // Guarded by this.
  private final Set<Long> pages = new LinkedHashSet<>();

  UnknownAccessLog(String vmName) {
    this(vmName, () -> System.getLogger(UnknownAccessLog.class.getName()));
  }

  /**
   * @param log asked for when there is something to log
   */
  UnknownAccessLog(String vmName, Supplier<System.Logger> log) {
    this.vmName = vmName;
    this.log = log;
  }

  /**
   * An access where nothing answers.
   *
   * @param what for example "load"
   * @param where for example "guest physical address"
   */
  void add(int vcpu, String what, String where, long address, int size) {
    add(vcpu, what, where, address, size, "where nothing answers");
  }

  /** A store to a guest physical address where memory is that the guest may only read. */
  void addReadOnlyStore(int vcpu, long gpa, int size) {
    add(vcpu, "store", "guest physical address", gpa, size, "which it may only read");
  }

  private void add(int vcpu, String what, String where, long address, int size, String why) {
    if (full || !firstOfPage(address)) {
      return;
    }
    log.get()
        .log(
            System.Logger.Level.WARNING,
            "%s: vCPU %d: %s of %d bytes at %s 0x%x, %s"
                .formatted(vmName, vcpu, what, size, where, address, why));
    if (full) {
      log.get()
          .log(
              System.Logger.Level.WARNING,
              vmName + ": accesses to more pages are counted, not logged");
    }
  }

  private synchronized boolean firstOfPage(long address) {
    if (pages.size() >= MAX_PAGES || !pages.add(address >>> 12)) {
      return false;
    }
    full = pages.size() == MAX_PAGES;
    return true;
  }
}
