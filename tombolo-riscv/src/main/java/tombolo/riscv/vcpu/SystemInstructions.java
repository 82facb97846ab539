// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.vcpu;

import org.jspecify.annotations.Nullable;
import tombolo.machine.VcpuExit;
import tombolo.riscv.hart.Csrs;
import tombolo.riscv.hart.Hart;
import tombolo.riscv.hart.Traps;
import tombolo.riscv.isa.CacheBlocks;
import tombolo.riscv.isa.Cause;
import tombolo.riscv.isa.Compressed;
import tombolo.riscv.isa.Decoder;

/**
 * The SYSTEM major opcode: environment calls, returns from traps, waiting, translation fences and
 * CSR access; and instructions on cache blocks. Used by the vCPU's thread only.
 */
final class SystemInstructions {
  private static final int ECALL = 0x00000073;
  private static final int EBREAK = 0x00100073;
  private static final int SRET = 0x10200073;
  private static final int WFI = 0x10500073;
  private static final int SFENCE_VMA = 0x12000073;
  private static final int SFENCE_VMA_MASK = 0xfe007fff;

  private final RiscvVcpu vcpu;
  private final Hart hart;
  private final Traps traps;
  private final Csrs csrs;
  private final Sbi sbi;

  SystemInstructions(RiscvVcpu vcpu, Traps traps, Csrs csrs, Sbi sbi) {
    this.vcpu = vcpu;
    this.hart = vcpu.hart;
    this.traps = traps;
    this.csrs = csrs;
    this.sbi = sbi;
  }

  /** Executes the instruction that the hart stopped at; null, or why the vCPU leaves guest code. */
  @Nullable VcpuExit execute() {
    boolean compressed = hart.instructionLength() == 2;
    int word = compressed ? Compressed.expand(hart.instruction) : hart.instruction;
    if (CacheBlocks.is(word)) {
      return cacheBlock(word);
    }
    int function = Decoder.function3(word);
    if (function != 0) {
      return function != 4 && csrs.execute(word) ? done() : illegal();
    }
    boolean supervisor = hart.privilege == Hart.SUPERVISOR;
    if (word == ECALL) {
      return supervisor ? supervisorCall() : exception(Cause.USER_ECALL, 0);
    }
    if (word == EBREAK) {
      return exception(Cause.BREAKPOINT, 0);
    }
    if (!supervisor) {
      return illegal();
    }
    if (word == SRET) {
      hart.retired++;
      traps.leave();
      return null;
    }
    if (word == WFI) {
      vcpu.finishInstruction();
      vcpu.waitForInterrupt();
      return null;
    }
    if ((word & SFENCE_VMA_MASK) == SFENCE_VMA) {
      if (hart.shared != null) {
        hart.shared.synchronizes();
      }
      int address = Decoder.rs1(word);
      if (address == 0) {
        hart.mmu.flush();
      } else {
        hart.mmu.flush(hart.x[address]);
      }
      return done();
    }
    return illegal();
  }

  private @Nullable VcpuExit cacheBlock(int word) {
    int operation = CacheBlocks.operation(word);
    long allows =
        switch (operation) {
          case CacheBlocks.ZERO -> Hart.USER_ZEROES;
          case CacheBlocks.INVALIDATE -> Hart.USER_INVALIDATES;
          default -> Hart.USER_CLEANS;
        };
    if (hart.privilege == Hart.USER && (hart.senvcfg & allows) == 0) {
      return illegal();
    }
    long va = hart.x[Decoder.rs1(word)];
    boolean isDone =
        operation == CacheBlocks.ZERO ? hart.access.zeroBlock(va) : hart.access.manageBlock(va);
    return isDone ? done() : vcpu.refusedOrTrapped();
  }

  /** The call counts as done before its effect: a hart that is stopped or reset is past it. */
  private @Nullable VcpuExit supervisorCall() {
    vcpu.finishInstruction();
    if (hart.shared != null) {
      hart.shared.synchronizes();
    }
    return sbi.call(vcpu);
  }

  private @Nullable VcpuExit done() {
    vcpu.finishInstruction();
    return null;
  }

  private @Nullable VcpuExit illegal() {
    return exception(Cause.ILLEGAL_INSTRUCTION, 0);
  }

  private @Nullable VcpuExit exception(int cause, long value) {
    hart.trap(cause, value);
    return vcpu.exception();
  }
}
