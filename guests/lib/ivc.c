// SPDX-License-Identifier: Apache-2.0

// Requests through the IVC device. Needs only ivc.h, so Linux programs use this file unchanged.

#include "ivc.h"

#include <stddef.h>

struct ivc_device ivc;

const char *ivc_attach(volatile void *registers, volatile void *window) {
  ivc.registers = registers;
  ivc.window = window;
  if (ivc_register(IVC_REG_ID) != IVC_ID) {
    return "the IVC device does not say TMBO";
  }
  if (ivc_register(IVC_REG_VERSION) >> 16 != IVC_VERSION_MAJOR) {
    return "the IVC device has another major version";
  }
  ivc.window_size = ivc_register_wide(IVC_REG_WINDOW);
  ivc.features = ivc_register_wide(IVC_REG_FEATURES);
  ivc.vm = ivc_register(IVC_REG_VM);
  ivc.enabled = ivc_register(IVC_REG_ENABLE);
  return NULL;
}

const char *ivc_status_name(uint32_t status) {
  static const char *const names[IVC_STATUSES] = {
      [IVC_DONE] = "done",
      [IVC_UNKNOWN_OPERATION] = "unknown operation",
      [IVC_BAD_SIZE] = "bad size",
      [IVC_BAD_NAME] = "bad name",
      [IVC_BAD_LAYOUT] = "bad layout",
      [IVC_NOT_GRANTED] = "not granted",
      [IVC_ALREADY_PUBLISHED] = "already published",
      [IVC_NO_SUCH_CHANNEL] = "no such channel",
      [IVC_ALREADY_SUBSCRIBED] = "already subscribed",
      [IVC_BAD_HANDLE] = "bad handle",
      [IVC_NOT_A_PEER] = "not a peer",
      [IVC_TOO_MANY_CHANNELS] = "too many channels",
      [IVC_TOO_MANY_BYTES] = "too many bytes",
      [IVC_WINDOW_FULL] = "window full",
      [IVC_NO_MEMORY] = "no memory",
      [IVC_NO_EVENT] = "no event",
      [IVC_END] = "end",
      [IVC_AGAIN] = "again",
      [IVC_NO_SECTION] = "no section",
      [IVC_BAD_ADDRESS] = "bad address",
      [IVC_UNSUPPORTED] = "unsupported",
      [IVC_BAD_SLOT] = "bad slot",
      [IVC_GONE] = "gone",
  };
  return status < IVC_STATUSES ? names[status] : "unknown status";
}

static void copy_words(volatile uint64_t *to, const volatile uint64_t *from, unsigned bytes) {
  for (unsigned i = 0; i < bytes / 8; i++) {
    to[i] = from[i];
  }
}

enum ivc_status ivc_request(struct ivc_request *request) {
  uint32_t number = ivc_slot();
  volatile uint64_t *slot = (volatile uint64_t *)(ivc.window + number * IVC_SLOT_SIZE);
  copy_words(slot, (const volatile uint64_t *)request, IVC_SLOT_READ);
  asm volatile("fence rw, o" : : : "memory");
  ivc_set_register(IVC_REG_REQUEST, number);
  asm volatile("fence o, rw" : : : "memory");
  copy_words((volatile uint64_t *)request, slot, IVC_SLOT_READ);
  return request->status;
}

// Writes the name into the request. The device refuses a name that does not fit.
static void name_channel(struct ivc_request *request, const char *name) {
  if (name != NULL) {
    size_t length = __builtin_strlen(name);
    request->name_length = (uint32_t)length;
    __builtin_memcpy(request->name, name, length < IVC_NAME_MAX ? length : IVC_NAME_MAX);
  }
}

static void read_name(char name[IVC_NAME_MAX + 1], const struct ivc_request *answer) {
  uint32_t length = answer->name_length <= IVC_NAME_MAX ? answer->name_length : 0;
  __builtin_memcpy(name, answer->name, length);
  name[length] = 0;
}

static enum ivc_status join(struct ivc_request *request, struct ivc_channel *channel) {
  enum ivc_status status = ivc_request(request);
  if (status != IVC_DONE) {
    return status;
  }
  volatile uint8_t *memory = ivc.window + request->offset;
  *channel = (struct ivc_channel){
      .handle = request->handle,
      .publisher = request->peer,
      .layout = request->layout,
      .access = request->access,
      .memory = memory,
      .key = request->key,
      .size = request->size,
      .generation = request->generation,
      .state = request->state,
      .section = IVC_SECTION_NONE,
  };
  read_name(channel->name, request);
  if (request->layout == IVC_SECTIONED) {
    uint64_t all_sections = request->sections * request->section_size;
    channel->header = (const volatile struct ivc_section_header *)memory;
    channel->publisher_section = memory + IVC_PAGE;
    channel->publisher_size = request->size - IVC_PAGE - all_sections;
    channel->sections = channel->publisher_section + channel->publisher_size;
    channel->section_size = request->section_size;
    channel->section_count = request->sections;
    channel->section = request->section;
    if (request->section == IVC_SECTION_PUBLISHER) {
      channel->own = channel->publisher_section;
      channel->own_size = channel->publisher_size;
    } else if (request->section != IVC_SECTION_NONE) {
      channel->own = channel->sections + (request->section - 1) * request->section_size;
      channel->own_size = request->section_size;
    }
  }
  return IVC_DONE;
}

enum ivc_status ivc_publish(
    const char *name, uint64_t key, uint64_t size, struct ivc_channel *channel) {
  struct ivc_request request = {.operation = IVC_PUBLISH, .key = key, .size = size};
  name_channel(&request, name);
  return join(&request, channel);
}

enum ivc_status ivc_publish_sectioned(
    const char *name, uint64_t key, uint64_t publisher_size, uint32_t sections,
    uint64_t section_size, struct ivc_channel *channel) {
  struct ivc_request request = {
      .operation = IVC_PUBLISH,
      .key = key,
      .size = publisher_size,
      .layout = IVC_SECTIONED,
      .sections = sections,
      .section_size = section_size,
  };
  name_channel(&request, name);
  return join(&request, channel);
}

enum ivc_status ivc_subscribe_name(const char *name, struct ivc_channel *channel) {
  struct ivc_request request = {.operation = IVC_SUBSCRIBE};
  name_channel(&request, name);
  return join(&request, channel);
}

enum ivc_status ivc_subscribe(uint32_t publisher, uint64_t key, struct ivc_channel *channel) {
  struct ivc_request request = {.operation = IVC_SUBSCRIBE, .peer = publisher, .key = key};
  return join(&request, channel);
}

enum ivc_status ivc_unpublish(uint32_t handle) {
  return ivc_request(&(struct ivc_request){.operation = IVC_UNPUBLISH, .handle = handle});
}

enum ivc_status ivc_unsubscribe(uint32_t handle) {
  return ivc_request(&(struct ivc_request){.operation = IVC_UNSUBSCRIBE, .handle = handle});
}

static void read_entry(struct ivc_entry *entry, const struct ivc_request *answer) {
  *entry = (struct ivc_entry){
      .handle = answer->handle,
      .publisher = answer->peer,
      .key = answer->key,
      .size = answer->size,
      .generation = answer->generation,
      .layout = answer->layout,
      .access = answer->access,
      .sections = answer->sections,
      .section_size = answer->section_size,
      .state = answer->state,
  };
  read_name(entry->name, answer);
}

enum ivc_status ivc_look_up(
    const char *name, uint32_t publisher, uint64_t key, struct ivc_entry *entry) {
  struct ivc_request request = {.operation = IVC_LOOK_UP, .peer = publisher, .key = key};
  name_channel(&request, name);
  enum ivc_status status = ivc_request(&request);
  if (status == IVC_DONE) {
    read_entry(entry, &request);
  }
  return status;
}

enum ivc_status ivc_watch(const char *name, uint32_t publisher, uint64_t key) {
  struct ivc_request request = {.operation = IVC_WATCH, .peer = publisher, .key = key};
  name_channel(&request, name);
  return ivc_request(&request);
}

enum ivc_status ivc_list(uint64_t *cursor, struct ivc_entry *entry) {
  struct ivc_request request = {.operation = IVC_LIST, .cursor = *cursor};
  enum ivc_status status = ivc_request(&request);
  if (status == IVC_DONE) {
    read_entry(entry, &request);
  }
  if (status == IVC_DONE || status == IVC_AGAIN) {
    *cursor = request.cursor;
  }
  return status;
}

enum ivc_status ivc_peers(uint32_t handle, uint64_t *cursor, uint32_t *vm, uint32_t *section) {
  struct ivc_request request = {.operation = IVC_PEERS, .handle = handle, .cursor = *cursor};
  enum ivc_status status = ivc_request(&request);
  if (status == IVC_DONE) {
    *cursor = request.cursor;
    *vm = request.peer;
    *section = request.section;
  }
  return status;
}

enum ivc_status ivc_notify(uint32_t handle, uint32_t peer) {
  return ivc_request(
      &(struct ivc_request){.operation = IVC_NOTIFY, .handle = handle, .peer = peer});
}

void ivc_ring_peer(const struct ivc_channel *channel, uint32_t peer) {
  asm volatile("fence rw, o" : : : "memory");
  *(volatile uint64_t *)(ivc.registers + IVC_REG_DOORBELL) = (uint64_t)peer << 32 | channel->handle;
}

void ivc_ring(const struct ivc_channel *channel) { ivc_ring_peer(channel, IVC_EVERY_PEER); }

enum ivc_status ivc_bell_status(void) { return ivc_register(IVC_REG_BELL_STATUS); }

enum ivc_status ivc_call_status(void) { return ivc_register(IVC_REG_CALL_STATUS); }
