// SPDX-License-Identifier: Apache-2.0
#pragma once

// The command block through which a test on the host drives the agent. It lies at
// BOARD_SHARED_WORDS (0x8100_0000) in the guest's RAM, little-endian.
//
// The host waits until `ready` is AGENT_READY. For each command it writes the arguments, then adds
// 1 to `request` (release). The agent executes the command, writes the results, then sets `answer`
// to `request` (release). Before each command all results are 0. The agent does not change the
// arguments.
//
//   offset  bits  field
//   0x000   32    request       host: counts commands
//   0x004   32    answer        agent: the latest command that is done
//   0x008   32    command       host: one of agent_command
//   0x00c   32    ready         agent: 0x41564943 when it polls; 0xffff_ffff where ivc_open()
//                               failed (hypercalls, peek and poke work then)
//
//   0x010   64    address       argument
//   0x018   64    value         argument
//   0x020   64    size          argument
//   0x028   64    ticks         argument: how long to wait, 100 ns each
//   0x030   32    width         argument: bytes of an access: 1, 2, 4 or 8
//   0x034   32    how           argument: 0 by interrupt, 1 by polling
//
//   0x040   32    status        result: an IVC status; 1 for an unknown command
//   0x044   32    faulted       result: 1 where the command trapped; cause tells
//   0x048   64    cause         result: scause of the first trap (5 load, 7 store access fault)
//   0x050   64    value         result; 0 where the command trapped
//   0x058   64    result        result: a0 of a hypercall (0 or -1); 1 or 0 of a wait
//   0x060   64    gpa           result: where a channel's memory begins
//   0x068   64    bytes         result: a hypercall's size
//
//   0x080   64    registers     agent: GPA of BAR 0
//   0x088   64    window        agent: GPA of BAR 2
//   0x090   32    vm            agent: this VM's id, by the device
//   0x094   32    interrupt     agent: the PLIC source of the PCI function
//   0x098   64    opened        agent: 0, or GPA of the text that says why ivc_open() failed
//
//   0x100   256 bytes  slot     argument: the fields at the offsets of a request slot (abi.md)
//   0x200   256 bytes  reply    result: the same offsets
//
// A command reads its channel, name, key, sizes and so on from `slot`, and ignores `operation` and
// `status` there. It writes its results to `reply`, including `status`. For commands that use the
// library (all but AGENT_RAW), the agent fills name, offset and the rest from the library's
// results.

#include "ivc_abi.h"

#include <stdint.h>

#define AGENT_READY 0x41564943u  // CIVA in memory
#define AGENT_NO_DEVICE 0xffffffffu

enum agent_command {
  // The device, through ivc.h. Arguments from `slot`; results in status, reply, gpa.
  AGENT_PUBLISH = 1,      // name or none, key, size; layout 1: sections, section size
  AGENT_SUBSCRIBE = 2,    // name, or peer and key
  AGENT_UNPUBLISH = 3,    // handle
  AGENT_UNSUBSCRIBE = 4,  // handle
  AGENT_LOOK_UP = 5,      // name, or peer and key
  AGENT_LIST = 6,         // cursor
  AGENT_NOTIFY = 7,       // handle, peer
  AGENT_NEXT_EVENT = 8,
  AGENT_WATCH = 9,        // name, or peer and key
  AGENT_PEERS = 10,       // handle, cursor
  AGENT_RING = 11,        // handle, peer: a 64-bit store to DOORBELL; status is BELL_STATUS
  AGENT_BELL = 12,        // value: a bell that was taken, or 0
  AGENT_WAIT = 13,        // handle, ticks, how: result 1 if that channel's bell came
  AGENT_WAIT_EVENT = 14,  // ticks, how: result 1 if an event came; reply

  // Below the library.
  AGENT_RAW = 20,             // `slot` whole, operation too, to mailbox slot `value`; REQUEST;
                              // reply is the whole mailbox slot (if `value` < 16)
  AGENT_READ_REGISTER = 21,   // address: offset in BAR 0, width; value
  AGENT_WRITE_REGISTER = 22,  // address: offset in BAR 0, width, value

  // Hypercalls. Key and peer (the publisher) from `slot`. Results in result, and in status from
  // CALL_STATUS (0 if there is no device).
  AGENT_HVC_PUBLISH = 30,      // key, slot's size; gpa, bytes
  AGENT_HVC_SUBSCRIBE = 31,    // peer, key; gpa, bytes
  AGENT_HVC_UNPUBLISH = 32,    // key
  AGENT_HVC_UNSUBSCRIBE = 33,  // peer, key
  AGENT_HVC_NOTIFY = 34,       // peer, key, value: the target
  AGENT_HVC_WAIT = 35,         // ticks: result 1 if the IVC interrupt was pulsed
  AGENT_HVC_RAW = 36,          // a6 is `value`, a0 to a3 are slot's key, size, offset, generation

  // Memory, by GPA. A trap ends the command with faulted and cause.
  AGENT_PEEK = 40,      // address, width; value
  AGENT_POKE = 41,      // address, width, value
  AGENT_FILL = 42,      // address, size (times 8), value: word i becomes value + i
  AGENT_CHECKSUM = 43,  // address, size (times 8): value, the sum of (i + 1) * word i, modulo 2^64

  AGENT_EXIT = 50,  // value: the code. `answer` is set before the end
};

struct agent_block {
  uint32_t request;
  uint32_t answer;
  uint32_t command;
  uint32_t ready;
  uint64_t address;
  uint64_t value;
  uint64_t size;
  uint64_t ticks;
  uint32_t width;
  uint32_t how;
  uint64_t reserved_038;
  uint32_t status;
  uint32_t faulted;
  uint64_t cause;
  uint64_t value_out;
  uint64_t result;
  uint64_t gpa;
  uint64_t bytes;
  uint64_t reserved_070[2];
  uint64_t registers;
  uint64_t window;
  uint32_t vm;
  uint32_t interrupt;
  uint64_t opened;
  uint64_t reserved_0a0[12];
  struct ivc_request slot;
  struct ivc_request reply;
};

IVC_AT(agent_block, address, 0x010);
IVC_AT(agent_block, width, 0x030);
IVC_AT(agent_block, status, 0x040);
IVC_AT(agent_block, value_out, 0x050);
IVC_AT(agent_block, bytes, 0x068);
IVC_AT(agent_block, registers, 0x080);
IVC_AT(agent_block, opened, 0x098);
IVC_AT(agent_block, slot, 0x100);
IVC_AT(agent_block, reply, 0x200);
