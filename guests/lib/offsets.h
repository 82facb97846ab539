// SPDX-License-Identifier: Apache-2.0
#pragma once

// Layouts that assembly and C share. harts.c and traps.c assert that the C side agrees.

#define STACK_SIZE_SHIFT 14
#define USER_STACK_SHIFT 12

#define HART_STACK 0
#define HART_SCRATCH 8
#define HART_ID 16
#define HART_KERNEL_SP 24
#define HART_TRAPS 32
#define HART_SIZE_SHIFT 7

#define FRAME_SEPC 256
#define FRAME_SSTATUS 264
#define FRAME_SCAUSE 272
#define FRAME_STVAL 280
#define FRAME_SIZE 288
