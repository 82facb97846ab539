# SPDX-License-Identifier: Apache-2.0
#
# Enters user mode and returns. user_call saves the callee-saved registers on the hart's stack and
# remembers where. Traps from user mode push their frames below; user_leave drops all of that.

#include "offsets.h"

	.text
	.globl	user_call
user_call:
	addi	sp, sp, -128
	sd	ra, 0(sp)
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
	sd	s\n, 8+\n*8(sp)
	.endr
	csrr	t0, sstatus
	sd	t0, 104(sp)
	sd	gp, 112(sp)
	sd	sp, HART_KERNEL_SP(tp)
	csrw	sscratch, tp

	li	t1, 1 << 8			# SPP = U; SPIE = SIE: the user function keeps interrupts as they are
	csrc	sstatus, t1
	li	t1, 1 << 5
	csrc	sstatus, t1
	andi	t0, t0, 1 << 1
	slli	t0, t0, 4
	csrs	sstatus, t0

	ld	t0, user_offset
	add	t1, a0, t0
	csrw	sepc, t1
	la	ra, user_return
	add	ra, ra, t0
	ld	t1, HART_ID(tp)
	addi	t1, t1, 1
	slli	t1, t1, USER_STACK_SHIFT
	la	sp, user_stacks
	add	sp, sp, t1
	add	sp, sp, t0
	mv	a0, a1
	mv	a1, a2
	li	gp, 0
	li	tp, 0
	sret

user_return:
	li	a7, 0x7e57			# USER_EXIT
	ecall

	.globl	user_leave
user_leave:
	ld	sp, HART_KERNEL_SP(tp)
	sd	zero, HART_TRAPS(tp)		# it does not return
	ld	ra, 0(sp)
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
	ld	s\n, 8+\n*8(sp)
	.endr
	ld	t0, 104(sp)
	csrw	sstatus, t0
	ld	gp, 112(sp)
	addi	sp, sp, 128
	ret

	.section .sbss.user_offset, "aw", @nobits
	.globl	user_offset
	.balign	8
user_offset:
	.skip	8

	.section .bss.user_stacks, "aw", @nobits
	.balign	16
user_stacks:
	.skip	8 << USER_STACK_SHIFT
