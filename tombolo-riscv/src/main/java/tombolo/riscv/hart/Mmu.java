// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.hart;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tombolo.memory.GuestMemory;
import tombolo.memory.GuestMemoryException;
import tombolo.memory.MemoryRegion;
import tombolo.riscv.isa.Cause;

/**
 * One hart's address translation: Sv39 and Sv48 page tables of the guest (RISC-V Privileged ISA,
 * "Virtual Address Translation Process"), then the VM's {@link GuestMemory}; results go into a
 * {@link Tlb}. Accessed and dirty bits are set by the walk, atomically, as Svadu has it.
 *
 * <p>Used by the hart's thread only.
 */
public final class Mmu {
  static final long PAGE_MASK = -4096L;
  static final int PAGE_SIZE = 4096;

  /** Answers instead of a host address: the hart holds a trap. */
  static final long TRAPPED = -1;

  /**
   * Answers instead of a host address: no memory there for such an access; see {@link #deviceGpa}.
   */
  static final long DEVICE = -2;

  static final int FETCH = 0;
  static final int LOAD = 1;
  static final int STORE = 2;

  private static final int[] PAGE_FAULT = {Cause.FETCH_PAGE, Cause.LOAD_PAGE, Cause.STORE_PAGE};
  private static final int[] ACCESS_FAULT = {
    Cause.FETCH_ACCESS, Cause.LOAD_ACCESS, Cause.STORE_ACCESS
  };

  private static final long V = 1;
  private static final long R = 2;
  private static final long W = 4;
  private static final long X = 8;
  private static final long U = 16;
  private static final long A = 64;
  private static final long D = 128;
  private static final long RESERVED = 0xffc0_0000_0000_0000L;
  private static final long PPN_MASK = (1L << 44) - 1;
  static final long NO_GPA = -1;

  /** Sv48's. */
  private static final int MOST_LEVELS = 4;

  private final Hart hart;
  private final GuestMemory memory;
  private final Tlb user = new Tlb();
  private final Tlb supervisor = new Tlb();
  private final Tlb supervisorForUser = new Tlb(); // sstatus.SUM is set
  private final DecodedCode code;
  private long fenceEpoch;

  /**
   * Superpages that a TLB holds pieces of, and perhaps others: {@link #superpage} of each. A fence
   * of one address in a superpage is one of all of it, and a TLB can't find the pieces.
   */
  private final Tlb.PageFilter superpages = new Tlb.PageFilter();

  /** The level at which the last walk found its leaf: 0 for a page of 4 KiB. */
  private int leafLevel;

  /** The TLB of the present privilege and sstatus.SUM. */
  Tlb tlb = supervisor;

  /** The guest physical address behind the last {@link #DEVICE}. */
  public long deviceGpa;

  /** Whether the last access was to a page that {@link Hart#shared} covers, and its address. */
  private boolean shared;

  private long sharedGpa;

  /** Whether all accesses are admitted: of an instruction that no engine executes. */
  private boolean admitsAll;

  Mmu(Hart hart, GuestMemory memory, CodeBudget budget) {
    this.hart = hart;
    this.memory = memory;
    this.code = new DecodedCode(budget);
  }

  /** Chooses the TLB anew; called when the privilege or sstatus.SUM has changed. */
  void selectTlb() {
    if (hart.privilege == Hart.USER) {
      tlb = user;
    } else {
      tlb = (hart.sstatus & Hart.SUM) == 0 ? supervisor : supervisorForUser;
    }
  }

  /** Forgets all translations: satp or sstatus.MXR changed, sfence.vma, or stage 2 changed. */
  public void flush() {
    user.flush();
    supervisor.flush();
    supervisorForUser.flush();
    superpages.clear();
  }

  /** Forgets the translation of one address, in every address space: sfence.vma with rs1. */
  public void flush(long va) {
    for (int level = 1; level <= MOST_LEVELS - 1; level++) {
      if (superpages.mayHold(superpage(va, level))) {
        flush();
        return;
      }
    }
    user.flushPage(va);
    supervisor.flushPage(va);
    supervisorForUser.flushPage(va);
  }

  private static long superpage(long va, int level) {
    return va >>> (12 + 9 * level) << 2 | level;
  }

  private void noteSuperpage(long va) {
    if (leafLevel != 0) {
      superpages.add(superpage(va, leafLevel));
    }
  }

  /** Executes fence.i: whatever is fetched later is at least as young as now. */
  public void fenceCode() {
    fenceEpoch++;
    flushCode();
  }

  private void flushCode() {
    user.flushCode();
    supervisor.flushCode();
    supervisorForUser.flushCode();
  }

  /** Forgets everything that came from stage 2, with decoded code. */
  public void dropAll() {
    flush();
    code.clear();
  }

  /** Returns the bytes of the heap that decoded code takes. */
  long codeBytes() {
    return code.bytes();
  }

  /** Returns how many decoded pages were dropped for want of room. Any thread. */
  public long evictedPages() {
    return code.evicted();
  }

  /**
   * Returns the instruction at an address, 16 or 32 bits, as the hart would fetch it; 0, which is
   * no instruction, if it can't be fetched. The hart may hold a trap then.
   */
  public int instructionAt(long va) {
    CodePage page = fetchPage(va);
    if (page == null) {
      return 0;
    }
    int offset = (int) va & PAGE_SIZE - 1;
    int low = page.halfword(offset);
    if ((low & 3) != 3) {
      return low;
    }
    CodePage second = offset == PAGE_SIZE - 2 ? fetchPage(va + 2) : page;
    return second == null ? 0 : second.halfword((offset + 2) & PAGE_SIZE - 1) << 16 | low;
  }

  /**
   * Returns the guest physical address behind a virtual one, whatever the present privilege may do
   * there; -1 if there is none. Changes nothing, neither in the page table nor in the hart. By any
   * thread while the hart does not run.
   */
  public long peek(long va) {
    int mode = (int) (hart.satp >>> 60);
    if (mode == 0) {
      return va >>> 56 == 0 ? va : NO_GPA;
    }
    int levels = mode - 5;
    int unused = 64 - (12 + 9 * levels);
    if (((va << unused) >> unused) != va) {
      return NO_GPA;
    }
    long table = (hart.satp & PPN_MASK) << 12;
    for (int level = levels - 1; level >= 0; level--) {
      long pteGpa = table + ((va >>> (12 + 9 * level)) & 511) * 8;
      long pte = peekEntry(pteGpa);
      if ((pte & V) == 0 || (pte & RESERVED) != 0) {
        return NO_GPA;
      }
      long base = ((pte >>> 10) & PPN_MASK) << 12;
      if ((pte & (R | W | X)) != 0) {
        long offsetMask = (1L << (12 + 9 * level)) - 1;
        return (base & ~offsetMask) | (va & offsetMask);
      }
      table = base;
    }
    return NO_GPA;
  }

  /** By typed access: who asks may be another thread, for which no unmapping waits. */
  private long peekEntry(long gpa) {
    try {
      return memory.readLong(gpa);
    } catch (GuestMemoryException e) {
      return 0; // not valid
    }
  }

  /** Returns the instruction at an address, 16 or 32 bits, as memory holds it; 0 if none does. */
  public int peekInstruction(long va) {
    int low = peekHalfword(va);
    return (low & 3) == 3 ? peekHalfword(va + 2) << 16 | low : low;
  }

  private int peekHalfword(long va) {
    long gpa = peek(va & ~1L);
    try {
      return gpa == NO_GPA ? 0 : memory.readShort(gpa) & 0xffff;
    } catch (GuestMemoryException e) {
      return 0;
    }
  }

  /** Returns the block at an address, or null if the hart holds the trap that fetching it gave. */
  @Nullable Block fetch(long va) {
    if (code.trim()) {
      flushCode();
    }
    CodePage page = fetchPage(va);
    if (page == null) {
      return null;
    }
    int offset = (int) va & PAGE_SIZE - 1;
    if (!page.straddlesAt(offset)) {
      Block block = code.block(page, offset);
      tlb.putJump(va, block);
      return block;
    }
    CodePage following = fetchPage(va + 2);
    return following == null ? null : page.straddlingBlock(following.halfword(0));
  }

  private @Nullable CodePage fetchPage(long va) {
    CodePage page = tlb.fetchPage(va);
    if (page != null) {
      return page;
    }
    long gpa = translate(va, FETCH);
    if (gpa == NO_GPA) {
      return null;
    }
    gpa &= PAGE_MASK;
    page = code.page(gpa);
    if (page == null || !page.isCurrent(fenceEpoch)) {
      MemoryRegion region = memory.regionAt(gpa);
      if (region == null || !region.access().canExecute()) {
        hart.trap(Cause.FETCH_ACCESS, va);
        return null;
      }
      page = new CodePage(gpa, region.hostAddress() + (gpa - region.gpa()), fenceEpoch);
      code.add(page);
    }
    noteSuperpage(va);
    tlb.putFetch(va, page);
    return page;
  }

  /** Returns the host address for an access in one page, remembered; or TRAPPED or DEVICE. */
  long hostAddress(long va, int access) {
    long gpa = translate(va, access);
    if (gpa == NO_GPA) {
      return TRAPPED;
    }
    MemoryRegion region = memory.regionAt(gpa);
    if (region == null || (access == STORE && !region.access().canWrite())) {
      deviceGpa = gpa;
      if (hart.shared != null) {
        hart.shared.device();
      }
      return DEVICE;
    }
    long host = region.hostAddress() + (gpa - region.gpa());
    shared = hart.shared != null && hart.shared.covers(region, host);
    if (shared) {
      return admitted(host, gpa);
    }
    noteSuperpage(va);
    if (access == STORE) {
      tlb.putWrite(va, gpa, host);
    } else {
      tlb.putRead(va, gpa, host);
    }
    return host;
  }

  /** Returns the host address in a shared page, or TRAPPED if the engine is to stop first. */
  private long admitted(long host, long gpa) {
    sharedGpa = gpa;
    if (admitsAll || Objects.requireNonNull(hart.shared).admits()) {
      return host;
    }
    hart.stop = Hart.Stop.SHARED;
    return TRAPPED;
  }

  /** Has accesses to shared pages done without a question, or asks again. */
  void admitAll(boolean all) {
    admitsAll = all;
  }

  /** Returns what the last access goes through if it was to a page that others see; else null. */
  @Nullable SharedMemory sharedMemory() {
    return shared ? hart.shared : null;
  }

  /** Notes that the hart accesses several bytes itself where the last access was. */
  void accessInBulk(long host, boolean store) {
    if (shared) {
      Objects.requireNonNull(hart.shared).bulk(host, store);
    }
  }

  /** Returns the host address of several bytes in a page, as {@link #atomicAddress} does. */
  long bulkAddress(long va, boolean store, int size) {
    long host = atomicAddress(va, store, size);
    if (host != TRAPPED) {
      accessInBulk(host, store);
    }
    return host;
  }

  /**
   * Returns the host address for an atomic operation; a device can't have one, so TRAPPED is the
   * only other answer.
   */
  long atomicAddress(long va, boolean store, int size) {
    long known = store ? tlb.writeAddress(va) : tlb.readAddress(va);
    if (known != Tlb.INVALID) {
      shared = false;
      return known;
    }
    long host = hostAddress(va, store ? STORE : LOAD);
    if (host == DEVICE) {
      hart.refuse(store ? Cause.STORE_ACCESS : Cause.LOAD_ACCESS, va, deviceGpa, size, store);
      return TRAPPED;
    }
    return host;
  }

  /**
   * Returns the guest physical address behind a virtual one for which {@link #atomicAddress} has
   * just given a host address to load from.
   */
  long loadedGpa(long va) {
    return shared ? sharedGpa : tlb.readGpa(va);
  }

  /**
   * Returns the guest physical address to which a store-conditional would write, or NO_GPA when the
   * hart holds the trap that a store gives. Leaves the page table as it is: the store may fail.
   */
  long storeGpa(long va, int size) {
    if (tlb.writeAddress(va) != Tlb.INVALID) {
      return tlb.writeGpa(va);
    }
    long gpa = translate(va, STORE, false);
    if (gpa != NO_GPA) {
      MemoryRegion region = memory.regionAt(gpa);
      if (region == null || !region.access().canWrite()) {
        hart.refuse(Cause.STORE_ACCESS, va, gpa, size, true);
        return NO_GPA;
      }
    }
    return gpa;
  }

  /** Returns the guest physical address of a virtual one, or NO_GPA when the hart holds a trap. */
  private long translate(long va, int access) {
    return translate(va, access, true);
  }

  /**
   * As above.
   *
   * @param marks whether to set the accessed and dirty bits
   */
  private long translate(long va, int access, boolean marks) {
    leafLevel = 0;
    int mode = (int) (hart.satp >>> 60);
    if (mode == 0) {
      return va >>> 56 == 0 ? va : fault(ACCESS_FAULT[access], va);
    }
    int levels = mode - 5; // 8: Sv39 with 3 levels, 9: Sv48 with 4
    int unused = 64 - (12 + 9 * levels);
    if (((va << unused) >> unused) != va) {
      return fault(PAGE_FAULT[access], va);
    }
    long table = (hart.satp & PPN_MASK) << 12;
    for (int level = levels - 1; level >= 0; level--) {
      long pteGpa = table + ((va >>> (12 + 9 * level)) & 511) * 8;
      MemoryRegion region = memory.regionAt(pteGpa);
      if (region == null) {
        return fault(ACCESS_FAULT[access], va);
      }
      long pteHost = region.hostAddress() + (pteGpa - region.gpa());
      long pte = HostBytes.getLong(pteHost);
      if ((pte & V) == 0 || (pte & (R | W)) == W || (pte & RESERVED) != 0) {
        return fault(PAGE_FAULT[access], va);
      }
      if ((pte & (R | X)) == 0) {
        if ((pte & (A | D | U)) != 0) {
          return fault(PAGE_FAULT[access], va);
        }
        table = ((pte >>> 10) & PPN_MASK) << 12;
        continue;
      }
      long offsetMask = (1L << (12 + 9 * level)) - 1;
      long base = ((pte >>> 10) & PPN_MASK) << 12;
      if (!permits(pte, access) || (base & offsetMask) != 0) {
        return fault(PAGE_FAULT[access], va);
      }
      long wanted = access == STORE ? A | D : A;
      if (marks && (pte & wanted) != wanted) {
        if (!region.access().canWrite()) {
          hart.refuse(ACCESS_FAULT[access], va, pteGpa, Long.BYTES, true);
          return NO_GPA;
        }
        if (!HostBytes.compareAndSet(pteHost, pte, pte | wanted)) {
          level++; // somebody changed the entry: look at it again
          continue;
        }
      }
      leafLevel = level;
      return base | (va & offsetMask);
    }
    return fault(PAGE_FAULT[access], va);
  }

  private boolean permits(long pte, int access) {
    boolean userPage = (pte & U) != 0;
    if (hart.privilege == Hart.USER) {
      if (!userPage) {
        return false;
      }
    } else if (userPage && (access == FETCH || (hart.sstatus & Hart.SUM) == 0)) {
      return false;
    }
    return switch (access) {
      case FETCH -> (pte & X) != 0;
      case LOAD -> (pte & R) != 0 || ((pte & X) != 0 && (hart.sstatus & Hart.MXR) != 0);
      default -> (pte & W) != 0;
    };
  }

  private long fault(int cause, long va) {
    hart.trap(cause, va);
    return NO_GPA;
  }
}
