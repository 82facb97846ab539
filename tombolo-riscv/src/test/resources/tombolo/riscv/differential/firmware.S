# SPDX-License-Identifier: Apache-2.0
#
# The M-mode firmware that the differential test gives QEMU: it makes the hart that a KVM guest
# sees. Everything that can be delegated is; an ecall from S-mode (the one trap that stays) answers
# as SBI's "probe extension" of an unknown extension does: a0 = 0 (success), a1 = 0 (not there).
# The embedded machine never runs this file: its VMM is the firmware.

    .option norvc
    .text
    .globl _start
_start:
    csrr    t0, mhartid
    beqz    t0, 3f
2:  wfi                             # only hart 0 runs
    j       2b
3:
    lla     t0, ecall_from_s
    csrw    mtvec, t0
    li      t0, -1
    csrw    pmpaddr0, t0            # one region, all addresses, ...
    li      t0, 0x1f
    csrw    pmpcfg0, t0             # ... NAPOT with R, W and X
    li      t0, 0xf1ff              # every exception but 9 (ecall from S) and the reserved ones
    csrw    medeleg, t0
    li      t0, 0x222
    csrw    mideleg, t0
    li      t0, 7
    csrw    mcounteren, t0          # cycle, time, instret
    li      t0, 1
    slli    t0, t0, 63              # STCE: stimecmp is there
    addi    t0, t0, 0xf0            # CBZE, CBCFE, CBIE: so are instructions on cache blocks
    csrw    0x30a, t0               # menvcfg
    csrw    mie, zero
    li      t0, 0x1800              # MPP = S; TVM, TW, TSR, MPRV = 0
    csrc    mstatus, t0
    li      t0, 0x0800
    csrs    mstatus, t0
    li      t0, 0x80200000
    csrw    mepc, t0
    mret

    .balign 4
ecall_from_s:
    csrw    mscratch, t0
    csrr    t0, mepc
    addi    t0, t0, 4
    csrw    mepc, t0
    csrr    t0, mscratch
    li      a0, 0
    li      a1, 0
    mret
