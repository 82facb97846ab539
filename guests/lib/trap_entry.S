# SPDX-License-Identifier: Apache-2.0
#
# The trap vector. sscratch is 0 while the hart runs in S-mode, and its `struct hart` while it runs
# in U-mode. The first exchange therefore tells the two apart, and gives a trap from user mode a stack.

#include "offsets.h"

# x1, x3 and x5 to x31, each to or from its place in the frame. sp and tp need more care.
	.macro	for_most operation
	.irp	n, 1, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17
	\operation x\n, \n*8(sp)
	.endr
	.irp	n, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	\operation x\n, \n*8(sp)
	.endr
	.endm

	.text
	.globl	trap_entry
	.balign	4
trap_entry:
	csrrw	tp, sscratch, tp
	bnez	tp, 1f
	csrr	tp, sscratch
	sd	sp, HART_SCRATCH(tp)
	j	2f
1:	sd	sp, HART_SCRATCH(tp)
	ld	sp, HART_KERNEL_SP(tp)
2:	addi	sp, sp, -FRAME_SIZE
	for_most sd
	sd	zero, 0(sp)
	ld	t0, HART_SCRATCH(tp)
	sd	t0, 2*8(sp)
	csrr	t0, sscratch			# the interrupted tp
	sd	t0, 4*8(sp)
	csrw	sscratch, zero
	ld	t0, HART_TRAPS(tp)
	addi	t0, t0, 1
	sd	t0, HART_TRAPS(tp)
	csrr	t0, sepc
	sd	t0, FRAME_SEPC(sp)
	csrr	t0, sstatus
	sd	t0, FRAME_SSTATUS(sp)
	csrr	t0, scause
	sd	t0, FRAME_SCAUSE(sp)
	csrr	t0, stval
	sd	t0, FRAME_STVAL(sp)
	.option push
	.option norelax
	la	gp, __global_pointer$
	.option pop
	mv	a0, sp
	call	trap_dispatch

	ld	t0, HART_TRAPS(tp)
	addi	t0, t0, -1
	sd	t0, HART_TRAPS(tp)
	ld	t0, FRAME_SEPC(sp)
	csrw	sepc, t0
	ld	t0, FRAME_SSTATUS(sp)
	csrw	sstatus, t0
	andi	t0, t0, 1 << 8			# SPP: back to S-mode?
	bnez	t0, 3f
	csrw	sscratch, tp
3:	for_most ld
	ld	x4, 4*8(sp)
	ld	sp, 2*8(sp)
	sret
