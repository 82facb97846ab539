// SPDX-License-Identifier: Apache-2.0
#pragma once

// The IVC device to the bit, as docs/abi.md defines it: registers, the mailbox's requests,
// statuses, events and the header of a sectioned channel. Needs only <stdint.h>, so a Linux program
// or a kernel can use it unchanged. Everything is little-endian.

#include <stdint.h>

#define IVC_PCI_VENDOR 0x1234
#define IVC_PCI_DEVICE 0x1ac0
#define IVC_BAR_REGISTERS 0
#define IVC_BAR_WINDOW 2

#define IVC_ID 0x4f424d54u  // TMBO
#define IVC_VERSION_MAJOR 1u

// Registers: offsets into BAR 0.
#define IVC_REG_ID 0x00           // 32 bits, read
#define IVC_REG_VERSION 0x04      // 32 bits, read: major << 16 | minor
#define IVC_REG_FEATURES 0x08     // 64 bits, read
#define IVC_REG_VM 0x10           // 32 bits, read
#define IVC_REG_SLOTS 0x14        // 32 bits, read
#define IVC_REG_WINDOW 0x18       // 64 bits, read
#define IVC_REG_REQUEST 0x20      // 32 bits, write: the number of a slot
#define IVC_REG_BELL 0x24         // 32 bits, read: takes a bell
#define IVC_REG_PENDING 0x28      // 32 bits, read
#define IVC_REG_ENABLE 0x2c       // 32 bits, read and write
#define IVC_REG_DOORBELL 0x30     // 64 bits, write: handle | peer << 32; or 32 bits: the handle
#define IVC_REG_BELL_STATUS 0x38  // 32 bits, read
#define IVC_REG_CALL_STATUS 0x3c  // 32 bits, read

#define IVC_FEATURE_SECTIONED (1u << 0)
#define IVC_FEATURE_WATCHES (1u << 1)
#define IVC_FEATURE_HYPERCALLS (1u << 2)
#define IVC_FEATURE_LEAVES (1u << 3)  // leaves when the guest clears Bus Master Enable

// Bits of PENDING and ENABLE.
#define IVC_PENDING_BELL (1u << 0)
#define IVC_PENDING_EVENT (1u << 1)

#define IVC_EVERY_PEER 0xffffffffu

// The window: the mailbox, then the channels.
#define IVC_MAILBOX_SIZE 4096
#define IVC_SLOTS 16
#define IVC_SLOT_SIZE 256
#define IVC_SLOT_READ 160  // bytes of a slot that the device reads; the rest is reserved
#define IVC_PAGE 4096

#define IVC_NAME_MAX 64

#define IVC_RAW 0
#define IVC_SECTIONED 1
#define IVC_SECTIONS_MAX 64

#define IVC_SECTION_PUBLISHER 0u
#define IVC_SECTION_NONE 0xffffffffu

#define IVC_ACCESS_LOAD (1u << 0)
#define IVC_ACCESS_STORE (1u << 1)

#define IVC_LIVE 1
#define IVC_ORPHANED 2
#define IVC_WITHDRAWN 3

enum ivc_operation {
  IVC_PUBLISH = 1,
  IVC_SUBSCRIBE = 2,
  IVC_UNPUBLISH = 3,
  IVC_UNSUBSCRIBE = 4,
  IVC_LOOK_UP = 5,
  IVC_LIST = 6,
  IVC_NOTIFY = 7,
  IVC_NEXT_EVENT = 8,
  IVC_WATCH = 9,
  IVC_PEERS = 10,
};

enum ivc_status {
  IVC_DONE = 0,
  IVC_UNKNOWN_OPERATION = 1,
  IVC_BAD_SIZE = 2,
  IVC_BAD_NAME = 3,
  IVC_BAD_LAYOUT = 4,
  IVC_NOT_GRANTED = 5,
  IVC_ALREADY_PUBLISHED = 6,
  IVC_NO_SUCH_CHANNEL = 7,
  IVC_ALREADY_SUBSCRIBED = 8,
  IVC_BAD_HANDLE = 9,
  IVC_NOT_A_PEER = 10,
  IVC_TOO_MANY_CHANNELS = 11,
  IVC_TOO_MANY_BYTES = 12,
  IVC_WINDOW_FULL = 13,
  IVC_NO_MEMORY = 14,
  IVC_NO_EVENT = 15,
  IVC_END = 16,
  IVC_AGAIN = 17,
  IVC_NO_SECTION = 18,
  IVC_BAD_ADDRESS = 19,
  IVC_UNSUPPORTED = 20,
  IVC_BAD_SLOT = 21,
  IVC_GONE = 22,
  IVC_STATUSES = 23,  // number of statuses
};

enum ivc_event_kind {
  IVC_PEER_JOINED = 1,
  IVC_PEER_LEFT = 2,
  IVC_EVENT_ORPHANED = 3,
  IVC_EVENT_WITHDRAWN = 4,
  IVC_EVENT_PUBLISHED = 5,
  IVC_EVENT_DOORBELL = 6,
  IVC_EVENT_LOST = 7,
};

// One request slot. docs/abi.md lists the fields that each operation reads and writes.
struct ivc_request {
  uint32_t operation;
  uint32_t status;
  uint32_t handle;
  uint32_t peer;
  uint64_t key;
  uint64_t size;
  uint64_t offset;
  uint64_t generation;
  uint32_t layout;
  uint32_t access;
  uint32_t sections;
  uint32_t section;
  uint64_t section_size;
  uint64_t cursor;
  uint32_t event;
  uint32_t state;
  uint32_t count;
  uint32_t name_length;
  char name[IVC_NAME_MAX];  // not terminated by a zero: name_length has the length
  uint8_t reserved[IVC_SLOT_SIZE - IVC_SLOT_READ];
};

// The first page of a sectioned channel. Only the host writes it. State and owners change while the
// channel is live.
struct ivc_section_header {
  uint32_t magic;
  uint32_t version;
  uint64_t generation;
  uint32_t publisher;
  uint32_t state;
  uint64_t key;
  uint64_t publisher_section;  // its offset
  uint64_t publisher_size;
  uint64_t section_size;
  uint32_t sections;
  uint32_t reserved;
  struct {
    uint32_t vm;      // 0 while the section is free
    uint32_t joined;  // number of owners so far
  } owner[IVC_SECTIONS_MAX];  // owner[n] describes section n + 1
};

#define IVC_SECTION_MAGIC 0x43424d54u  // TMBC
#define IVC_SECTION_VERSION 1u

// A raw channel's first two words. The host writes them before anybody sees the channel.
#define IVC_RAW_PUBLISHER 0  // 64 bits
#define IVC_RAW_KEY 8        // 64 bits
#define IVC_RAW_HEADER 16

#define IVC_AT(type, field, offset) \
  _Static_assert(__builtin_offsetof(struct type, field) == (offset), #type "." #field)

IVC_AT(ivc_request, operation, 0x00);
IVC_AT(ivc_request, status, 0x04);
IVC_AT(ivc_request, handle, 0x08);
IVC_AT(ivc_request, peer, 0x0c);
IVC_AT(ivc_request, key, 0x10);
IVC_AT(ivc_request, size, 0x18);
IVC_AT(ivc_request, offset, 0x20);
IVC_AT(ivc_request, generation, 0x28);
IVC_AT(ivc_request, layout, 0x30);
IVC_AT(ivc_request, access, 0x34);
IVC_AT(ivc_request, sections, 0x38);
IVC_AT(ivc_request, section, 0x3c);
IVC_AT(ivc_request, section_size, 0x40);
IVC_AT(ivc_request, cursor, 0x48);
IVC_AT(ivc_request, event, 0x50);
IVC_AT(ivc_request, state, 0x54);
IVC_AT(ivc_request, count, 0x58);
IVC_AT(ivc_request, name_length, 0x5c);
IVC_AT(ivc_request, name, 0x60);
IVC_AT(ivc_request, reserved, IVC_SLOT_READ);
_Static_assert(sizeof(struct ivc_request) == IVC_SLOT_SIZE, "ivc_request");
_Static_assert(IVC_SLOTS * IVC_SLOT_SIZE == IVC_MAILBOX_SIZE, "mailbox");

IVC_AT(ivc_section_header, magic, 0x00);
IVC_AT(ivc_section_header, version, 0x04);
IVC_AT(ivc_section_header, generation, 0x08);
IVC_AT(ivc_section_header, publisher, 0x10);
IVC_AT(ivc_section_header, state, 0x14);
IVC_AT(ivc_section_header, key, 0x18);
IVC_AT(ivc_section_header, publisher_section, 0x20);
IVC_AT(ivc_section_header, publisher_size, 0x28);
IVC_AT(ivc_section_header, section_size, 0x30);
IVC_AT(ivc_section_header, sections, 0x38);
IVC_AT(ivc_section_header, owner, 0x40);
_Static_assert(sizeof(struct ivc_section_header) == 0x40 + 8 * IVC_SECTIONS_MAX, "header");
