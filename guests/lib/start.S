# SPDX-License-Identifier: Apache-2.0
#
# A hart begins here. On the board the boot hart comes to _start in S-mode with a0 = hart id and a1
# = the device tree; a Linux program comes there with both zero and its arguments at sp. Every other
# hart comes to start_hart, by SBI, with a1 = its `struct hart`.

#include "offsets.h"

	.section .text.start, "ax", @progbits
	.globl	_start
_start:
	.option push
	.option norelax
	la	gp, __global_pointer$
	.option pop
	# Older OpenSBI publishes a request to start a hart before it stores the address. A hart that
	# is not asleep yet can then come here, with the boot arguments, instead of to start_hart.
	# Such a hart is not the first one; its `struct hart` was ready before the request.
	la	t0, entered
	li	t1, 1
	amoswap.w t0, t1, (t0)
	beqz	t0, 5f
	la	a1, harts
	slli	t0, a0, HART_SIZE_SHIFT
	add	a1, a1, t0
	j	start_hart

5:	la	t0, __bss_start
	la	t1, __bss_end
1:	bgeu	t0, t1, 2f
	sd	zero, (t0)
	addi	t0, t0, 8
	j	1b

2:	la	tp, harts			# harts[hart id]; Linux: harts[0]
	slli	t0, a0, HART_SIZE_SHIFT
	add	tp, tp, t0
	sd	a0, HART_ID(tp)
	addi	t0, a0, 1
	slli	t0, t0, STACK_SIZE_SHIFT
	mv	a2, sp
	la	sp, stacks
	add	sp, sp, t0
	sd	sp, HART_STACK(tp)

	beqz	a1, 3f
	mv	s0, a1
	call	start_csrs
	mv	a0, s0
	call	start_on_board
	j	4f
3:	mv	a0, a2
	call	start_on_linux
4:	call	main
	call	exit

	.globl	start_hart
start_hart:
	.option push
	.option norelax
	la	gp, __global_pointer$
	.option pop
	mv	tp, a1
	ld	sp, HART_STACK(tp)
	call	start_csrs			# preserves a0, the hart id
	tail	run_hart

# Traps go to trap_entry, no interrupt is enabled, floating point and vectors are on, user mode may
# read counters.
start_csrs:
	la	t0, trap_entry
	csrw	stvec, t0
	csrw	sscratch, zero
	csrw	sie, zero
	sd	zero, HART_TRAPS(tp)
	li	t0, 7
	csrw	scounteren, t0
	li	t0, 1 << 13 | 1 << 9		# sstatus.FS and VS = initial; without vectors VS is 0
	csrs	sstatus, t0
	csrw	fcsr, zero
	ret

	.section .sdata.entered, "aw"
	.balign	4
entered:
	.word	0

	.section .stacks, "aw", @nobits	# not cleared: nothing reads a stack before writing it
	.balign	16
stacks:	.skip	8 << STACK_SIZE_SHIFT
