// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.hart;

import org.jspecify.annotations.Nullable;
import tombolo.riscv.isa.Decoder;

/**
 * The control and status registers that a hart of S-mode and U-mode has (Zicsr; RISC-V Privileged
 * ISA, "Supervisor-Level CSRs"). All others, and all of M-mode's, are illegal instructions.
 *
 * <p>Used by the hart's thread only.
 */
public final class Csrs {
  private static final int FFLAGS = 0x001;
  private static final int FRM = 0x002;
  private static final int FCSR = 0x003;
  private static final int VSTART = 0x008;
  private static final int VXSAT = 0x009;
  private static final int VXRM = 0x00a;
  private static final int VCSR = 0x00f;
  private static final int SSTATUS = 0x100;
  private static final int SIE = 0x104;
  private static final int STVEC = 0x105;
  private static final int SCOUNTEREN = 0x106;
  private static final int SENVCFG = 0x10a;
  private static final int SSCRATCH = 0x140;
  private static final int SEPC = 0x141;
  private static final int SCAUSE = 0x142;
  private static final int STVAL = 0x143;
  private static final int SIP = 0x144;
  private static final int STIMECMP = 0x14d;
  private static final int SATP = 0x180;
  private static final int CYCLE = 0xc00;
  private static final int TIME = 0xc01;
  private static final int INSTRET = 0xc02;
  private static final int VL = 0xc20;
  private static final int VTYPE = 0xc21;
  private static final int VLENB = 0xc22;

  private static final long FENCE_OF_IO_IMPLIES_MEMORY = 1;
  private static final long ENVIRONMENT =
      FENCE_OF_IO_IMPLIES_MEMORY | Hart.USER_INVALIDATES | Hart.USER_CLEANS | Hart.USER_ZEROES;

  private final Hart hart;
  private final HartTimer timer;
  private final @Nullable AiaCsrs aia;

  /**
   * @param aia what Ssaia adds; null for a hart without
   */
  public Csrs(Hart hart, HartTimer timer, @Nullable AiaCsrs aia) {
    this.hart = hart;
    this.timer = timer;
    this.aia = aia;
  }

  /**
   * Executes CSRRW, CSRRS, CSRRC or an immediate form.
   *
   * @return false if it is an illegal instruction; nothing has changed then
   */
  public boolean execute(int word) {
    int csr = word >>> 20;
    int function = word >>> 12 & 7;
    int source = word >>> 15 & 31;
    boolean replaces = (function & 3) == 1;
    boolean writes = replaces || source != 0;
    if ((csr >>> 8 & 3) > hart.privilege || (writes && csr >>> 10 == 3)) {
      return false;
    }
    long operand = (function & 4) != 0 ? source : hart.x[source];
    if (!exists(csr)) {
      return aia != null && executeAia(aia, word, writes, operand);
    }
    long old = read(csr);
    if (csr == SIP && !replaces) {
      changePending((function & 3) == 2, operand);
    } else if (writes) {
      write(csr, replaces ? operand : (function & 3) == 2 ? old | operand : old & ~operand);
    }
    hart.x[Decoder.rd(word)] = old;
    return true;
  }

  private boolean executeAia(AiaCsrs csrs, int word, boolean writes, long operand) {
    int csr = word >>> 20;
    if (!csrs.exists(csr)) {
      return false;
    }
    hart.x[Decoder.rd(word)] =
        switch (word >>> 12 & 3) {
          case 1 -> csrs.access(csr, writes, 0, operand);
          case 2 -> csrs.access(csr, writes, -1, operand);
          default -> csrs.access(csr, writes, ~operand, 0);
        };
    return true;
  }

  /** Returns what a debugger sees in a CSR, whatever the privilege. Changes nothing. */
  public long peek(int csr) {
    return csr == SIP ? hart.pendingInterrupts() : read(csr);
  }

  /**
   * Writes a CSR on behalf of a debugger.
   *
   * @return false if it is read-only; nothing has changed then
   */
  public boolean poke(int csr, long value) {
    if (csr >>> 10 == 3) {
      return false;
    }
    write(csr, value);
    return true;
  }

  private boolean exists(int csr) {
    return switch (csr) {
      case FFLAGS, FRM, FCSR -> !hart.floatingPointIsOff();
      case VSTART, VXSAT, VXRM, VCSR, VL, VTYPE, VLENB -> !hart.vectorsAreOff();
      case SSTATUS, SIE, STVEC, SCOUNTEREN, SENVCFG, SSCRATCH, SEPC, SCAUSE, STVAL -> true;
      case SIP, STIMECMP, SATP -> true;
      case CYCLE, TIME, INSTRET ->
          hart.privilege != Hart.USER || (hart.scounteren >>> (csr & 31) & 1) != 0;
      default -> false;
    };
  }

  private long read(int csr) {
    return switch (csr) {
      case FFLAGS -> hart.fp.flags;
      case FRM -> hart.roundingMode;
      case FCSR -> hart.roundingMode << 5 | hart.fp.flags;
      case VSTART -> hart.vectors.vstart();
      case VXSAT -> hart.vectors.vxsat();
      case VXRM -> hart.vectors.vxrm();
      case VCSR -> hart.vectors.vxrm() << 1 | hart.vectors.vxsat();
      case VL -> hart.vectors.vl();
      case VTYPE -> hart.vectors.vtype();
      case VLENB -> hart.vectors.lengthInBytes();
      case SSTATUS -> {
        boolean dirty = (hart.sstatus & Hart.FS) == Hart.FS || (hart.sstatus & Hart.VS) == Hart.VS;
        yield hart.sstatus | Hart.UXL_64 | (dirty ? Hart.SD : 0);
      }
      case SIE -> hart.sie;
      case STVEC -> hart.stvec;
      case SCOUNTEREN -> hart.scounteren;
      case SENVCFG -> hart.senvcfg;
      case SSCRATCH -> hart.sscratch;
      case SEPC -> hart.sepc;
      case SCAUSE -> hart.scause;
      case STVAL -> hart.stval;
      case SIP -> {
        timer.look();
        yield hart.pendingInterrupts();
      }
      case STIMECMP -> hart.stimecmp;
      case SATP -> hart.satp;
      case TIME -> timer.now();
      default -> hart.retired;
    };
  }

  private void write(int csr, long value) {
    switch (csr) {
      case FFLAGS -> {
        hart.fp.flags = (int) value & 31;
        hart.dirtyFloatingPoint();
      }
      case FRM -> {
        hart.roundingMode = (int) value & 7;
        hart.dirtyFloatingPoint();
      }
      case FCSR -> {
        hart.fp.flags = (int) value & 31;
        hart.roundingMode = (int) value >>> 5 & 7;
        hart.dirtyFloatingPoint();
      }
      case VSTART -> {
        hart.vectors.setVstart(value);
        hart.dirtyVectors();
      }
      case VXSAT -> {
        hart.vectors.setVxsat(value);
        hart.dirtyVectors();
      }
      case VXRM -> {
        hart.vectors.setVxrm(value);
        hart.dirtyVectors();
      }
      case VCSR -> {
        hart.vectors.setVxsat(value);
        hart.vectors.setVxrm(value >>> 1);
        hart.dirtyVectors();
      }
      case SSTATUS -> writeStatus(value);
      case SIE -> hart.sie = value & Hart.INTERRUPTS;
      case STVEC -> {
        if ((value & 3) <= 1) {
          hart.stvec = value;
        }
      }
      case SCOUNTEREN -> hart.scounteren = value & 0xffffffffL;
      case SENVCFG -> writeEnvironment(value & ENVIRONMENT);
      case SSCRATCH -> hart.sscratch = value;
      case SEPC -> hart.sepc = value & ~1L;
      case SCAUSE -> hart.scause = value;
      case STVAL -> hart.stval = value;
      case SIP -> hart.setPending(Hart.SSIP, (value & Hart.SSIP) != 0);
      case STIMECMP -> {
        hart.stimecmp = value;
        timer.look();
      }
      case SATP -> writeTranslation(value);
      default -> throw new IllegalStateException("read-only CSR 0x%x".formatted(csr));
    }
  }

  /** Sets or clears bits of sip in one step: other harts set them meanwhile. */
  private void changePending(boolean set, long bits) {
    if ((bits & Hart.SSIP) != 0) {
      hart.setPending(Hart.SSIP, set);
    }
  }

  /** The value 2 of CBIE is reserved: what was there stays. */
  private void writeEnvironment(long value) {
    boolean reserved = (value & Hart.USER_INVALIDATES) == Hart.USER_INVALIDATES_RESERVED;
    hart.senvcfg =
        reserved
            ? (value & ~Hart.USER_INVALIDATES) | (hart.senvcfg & Hart.USER_INVALIDATES)
            : value;
  }

  private void writeStatus(long value) {
    long old = hart.sstatus;
    hart.sstatus = value & Hart.SSTATUS_WRITABLE;
    if (((old ^ value) & Hart.MXR) != 0) {
      hart.mmu.flush();
    }
    hart.mmu.selectTlb();
  }

  /** A write with a mode that is not there changes nothing, as the specification says. */
  private void writeTranslation(long value) {
    long mode = value >>> 60;
    if (mode != 0 && mode != Hart.SATP_MODE_SV39 && mode != Hart.SATP_MODE_SV48) {
      return;
    }
    if (hart.satp != value) {
      hart.satp = value;
      hart.mmu.flush();
    }
  }
}
