// SPDX-License-Identifier: Apache-2.0
#pragma once

// The board that every guest runs on: Tombolo's, which is laid out as QEMU's `virt`.

#define BOARD_FINISHER 0x00100000ul
#define BOARD_PLIC 0x0c000000ul
#define BOARD_APLIC 0x0d000000ul  // only on boards without a PLIC
#define BOARD_UART 0x10000000ul
#define BOARD_IMSIC 0x28000000ul  // the same; one page for each hart
#define BOARD_PCI_CONFIG 0x30000000ul
#define BOARD_RAM 0x80000000ul

#define BOARD_UART_INTERRUPT 10
#define BOARD_PCI_INTERRUPT 32  // the first of four
#define BOARD_IVC_INTERRUPT 36  // doorbells of channels that were joined by hypercall; Tombolo only
#define BOARD_TICKS_PER_SECOND 10000000ul

// Words that a guest shares with a test on the host. They lie above every guest's image.
#define BOARD_SHARED_WORDS 0x81000000ul

// Number of harts for which stacks and per-hart state are laid out.
#define BOARD_MAX_HARTS 8
