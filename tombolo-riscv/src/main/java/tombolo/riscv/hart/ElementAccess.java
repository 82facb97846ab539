// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.hart;

import tombolo.riscv.vector.VectorMemory;

/**
 * Loads and stores of vector elements: one copy for each page. Devices refuse them. Used by the
 * hart's thread only.
 *
 * <p>An aligned element is single-copy atomic. One alone is a single access; copies of several rely
 * on HotSpot, which copies in units as large as the alignment of both sides and of the length
 * allows, up to eight bytes ({@code Unsafe.copyMemory}), or in larger ones whose aligned pieces the
 * host's processors keep whole.
 */
final class ElementAccess implements VectorMemory {
  private final Mmu mmu;

  ElementAccess(Mmu mmu) {
    this.mmu = mmu;
  }

  @Override
  public int load(long va, byte[] registers, int at, int count, int size) {
    int done = 0;
    while (done < count) {
      long from = va + (long) done * size;
      int to = at + done * size;
      int whole = elementsInPage(from, size);
      if (whole == 0) {
        if (!loadAcrossPages(from, registers, to, size)) {
          return done;
        }
        done++;
        continue;
      }
      long host = mmu.bulkAddress(from, false, size);
      if (host == Mmu.TRAPPED) {
        return done;
      }
      int piece = Math.min(whole, count - done);
      if (piece == 1 && (from & size - 1) == 0) {
        HostBytes.loadElement(host, registers, to, size);
      } else {
        HostBytes.copyOut(host, registers, to, piece * size);
      }
      done += piece;
    }
    return done;
  }

  @Override
  public int store(long va, byte[] registers, int at, int count, int size) {
    int done = 0;
    while (done < count) {
      long to = va + (long) done * size;
      int from = at + done * size;
      int whole = elementsInPage(to, size);
      if (whole == 0) {
        if (!storeAcrossPages(to, registers, from, size)) {
          return done;
        }
        done++;
        continue;
      }
      long host = mmu.bulkAddress(to, true, size);
      if (host == Mmu.TRAPPED) {
        return done;
      }
      int piece = Math.min(whole, count - done);
      if (piece == 1 && (to & size - 1) == 0) {
        HostBytes.storeElement(host, registers, from, size);
      } else {
        HostBytes.copyIn(registers, from, host, piece * size);
      }
      done += piece;
    }
    return done;
  }

  private static int elementsInPage(long va, int size) {
    return (Mmu.PAGE_SIZE - ((int) va & Mmu.PAGE_SIZE - 1)) / size;
  }

  private boolean loadAcrossPages(long va, byte[] registers, int at, int size) {
    int first = firstBytes(va);
    long low = mmu.bulkAddress(va, false, first);
    if (low == Mmu.TRAPPED) {
      return false;
    }
    long high = mmu.bulkAddress(va + first, false, size - first);
    if (high == Mmu.TRAPPED) {
      return false;
    }
    HostBytes.copyOut(low, registers, at, first);
    HostBytes.copyOut(high, registers, at + first, size - first);
    return true;
  }

  /** Both pages are translated before either is written: a fault leaves memory as it was. */
  private boolean storeAcrossPages(long va, byte[] registers, int at, int size) {
    int first = firstBytes(va);
    long low = mmu.bulkAddress(va, true, first);
    if (low == Mmu.TRAPPED) {
      return false;
    }
    long high = mmu.bulkAddress(va + first, true, size - first);
    if (high == Mmu.TRAPPED) {
      return false;
    }
    HostBytes.copyIn(registers, at, low, first);
    HostBytes.copyIn(registers, at + first, high, size - first);
    return true;
  }

  /** Bytes of an element up to the end of its first page. */
  private static int firstBytes(long va) {
    return Mmu.PAGE_SIZE - ((int) va & Mmu.PAGE_SIZE - 1);
  }
}
