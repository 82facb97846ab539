// SPDX-License-Identifier: Apache-2.0

// Executes the commands of a test on the host, through the command block that agent.h describes. It
// can do everything that the guest library can do with channels, and some things that the library
// would not do.

#include "agent.h"

#include "board.h"
#include "console.h"
#include "finish.h"
#include "harts.h"
#include "hvc.h"
#include "ivc_wait.h"
#include "probe.h"
#include "text.h"

static struct agent_block *const block = (struct agent_block *)BOARD_SHARED_WORDS;

// The command's arguments, read once.
static struct agent_block asked;

// Returns NULL if the slot has no name, else the name with a zero behind it. A name of 65
// characters or more is passed on with 65, which the device refuses.
static const char *name_asked(void) {
  static char name[IVC_NAME_MAX + 2];
  uint32_t length = asked.slot.name_length;
  if (length == 0) {
    return NULL;
  }
  memcpy(name, asked.slot.name, IVC_NAME_MAX);
  name[IVC_NAME_MAX] = 'x';
  name[length <= IVC_NAME_MAX ? length : IVC_NAME_MAX + 1] = 0;
  return name;
}

static void reply_name(const char *name) {
  block->reply.name_length = (uint32_t)strlen(name);
  memcpy(block->reply.name, name, strlen(name));
}

static enum ivc_status reply_channel(enum ivc_status status, const struct ivc_channel *channel) {
  if (status == IVC_DONE) {
    block->gpa = (uint64_t)channel->memory;
    block->reply.handle = channel->handle;
    block->reply.peer = channel->publisher;
    block->reply.key = channel->key;
    block->reply.size = channel->size;
    block->reply.offset = (uint64_t)((volatile uint8_t *)channel->memory - ivc.window);
    block->reply.generation = channel->generation;
    block->reply.layout = channel->layout;
    block->reply.access = channel->access;
    block->reply.sections = channel->section_count;
    block->reply.section = channel->section;
    block->reply.section_size = channel->section_size;
    block->reply.state = channel->state;
    reply_name(channel->name);
  }
  return status;
}

static enum ivc_status reply_entry(enum ivc_status status, const struct ivc_entry *entry) {
  if (status == IVC_DONE) {
    block->reply.handle = entry->handle;
    block->reply.peer = entry->publisher;
    block->reply.key = entry->key;
    block->reply.size = entry->size;
    block->reply.generation = entry->generation;
    block->reply.layout = entry->layout;
    block->reply.access = entry->access;
    block->reply.sections = entry->sections;
    block->reply.section_size = entry->section_size;
    block->reply.state = entry->state;
    reply_name(entry->name);
  }
  return status;
}

static enum ivc_status reply_event(enum ivc_status status, const struct ivc_event *event) {
  if (status == IVC_DONE) {
    block->reply.event = event->kind;
    block->reply.handle = event->handle;
    block->reply.peer = event->peer;
    block->reply.key = event->key;
    block->reply.generation = event->generation;
    block->reply.count = event->count;
  }
  return status;
}

static enum ivc_status publish(void) {
  struct ivc_channel channel;
  if (asked.slot.layout == IVC_SECTIONED) {
    enum ivc_status status = ivc_publish_sectioned(
        name_asked(), asked.slot.key, asked.slot.size, asked.slot.sections,
        asked.slot.section_size, &channel);
    return reply_channel(status, &channel);
  }
  return reply_channel(
      ivc_publish(name_asked(), asked.slot.key, asked.slot.size, &channel), &channel);
}

static enum ivc_status subscribe(void) {
  struct ivc_channel channel;
  const char *name = name_asked();
  enum ivc_status status = name != NULL
                               ? ivc_subscribe_name(name, &channel)
                               : ivc_subscribe(asked.slot.peer, asked.slot.key, &channel);
  return reply_channel(status, &channel);
}

static enum ivc_status list(void) {
  struct ivc_entry entry;
  uint64_t cursor = asked.slot.cursor;
  enum ivc_status status = reply_entry(ivc_list(&cursor, &entry), &entry);
  block->reply.cursor = cursor;
  return status;
}

static enum ivc_status peers(void) {
  uint64_t cursor = asked.slot.cursor;
  uint32_t vm = 0;
  uint32_t section = 0;
  enum ivc_status status = ivc_peers(asked.slot.handle, &cursor, &vm, &section);
  block->reply.peer = vm;
  block->reply.section = section;
  block->reply.cursor = cursor;
  return status;
}

static void raw_request(void) {
  volatile uint8_t *slot = ivc.window + asked.value % IVC_SLOTS * IVC_SLOT_SIZE;
  if (asked.value < IVC_SLOTS) {
    memcpy((void *)slot, &asked.slot, IVC_SLOT_SIZE);
  }
  asm volatile("fence rw, o" : : : "memory");
  ivc_set_register(IVC_REG_REQUEST, (uint32_t)asked.value);
  asm volatile("fence o, rw" : : : "memory");
  if (asked.value < IVC_SLOTS) {
    memcpy(&block->reply, (void *)slot, IVC_SLOT_SIZE);
  }
}

static uint64_t read_width(uint64_t address) {
  switch (asked.width) {
    case 1:
      return *(volatile uint8_t *)address;
    case 2:
      return *(volatile uint16_t *)address;
    case 4:
      return *(volatile uint32_t *)address;
    default:
      return *(volatile uint64_t *)address;
  }
}

static void write_width(uint64_t address, uint64_t value) {
  switch (asked.width) {
    case 1:
      *(volatile uint8_t *)address = (uint8_t)value;
      break;
    case 2:
      *(volatile uint16_t *)address = (uint16_t)value;
      break;
    case 4:
      *(volatile uint32_t *)address = (uint32_t)value;
      break;
    default:
      *(volatile uint64_t *)address = value;
  }
}

static void fill(void) {
  volatile uint64_t *words = (volatile uint64_t *)asked.address;
  for (uint64_t i = 0; i < asked.size / 8 && probe_count() == 0; i++) {
    words[i] = asked.value + i;
  }
}

static uint64_t checksum(void) {
  const volatile uint64_t *words = (const volatile uint64_t *)asked.address;
  uint64_t sum = 0;
  for (uint64_t i = 0; i < asked.size / 8 && probe_count() == 0; i++) {
    sum += (i + 1) * words[i];
  }
  return sum;
}

static void hypercall_done(bool done) {
  block->result = done ? 0 : UINT64_MAX;
  block->status = ivc.registers != NULL ? ivc_call_status() : IVC_DONE;
}

static void reply_hypercall(bool done, const struct hvc_channel *channel) {
  if (done) {
    block->gpa = (uint64_t)channel->memory;
    block->bytes = channel->size;
  }
  hypercall_done(done);
}

static void hypercall(void) {
  struct hvc_channel channel;
  uint64_t publisher = asked.slot.peer;
  uint64_t key = asked.slot.key;
  switch (asked.command) {
    case AGENT_HVC_PUBLISH:
      reply_hypercall(hvc_publish(key, asked.slot.size, &channel), &channel);
      break;
    case AGENT_HVC_SUBSCRIBE:
      reply_hypercall(hvc_subscribe(publisher, key, &channel), &channel);
      break;
    case AGENT_HVC_UNPUBLISH:
      hypercall_done(hvc_unpublish(key));
      break;
    case AGENT_HVC_UNSUBSCRIBE:
      hypercall_done(hvc_unsubscribe(publisher, key));
      break;
    case AGENT_HVC_NOTIFY:
      hypercall_done(hvc_notify(publisher, key, asked.value));
      break;
    case AGENT_HVC_WAIT:
      block->result = hvc_wait(deadline_after(asked.ticks));
      break;
    default:
      hypercall_done(false);
      block->result = (uint64_t)hvc_call(
          asked.value, key, asked.slot.size, asked.slot.offset, asked.slot.generation);
      block->status = ivc.registers != NULL ? ivc_call_status() : IVC_DONE;
  }
}

static enum ivc_status by_device(void) {
  struct ivc_channel channel = {.handle = asked.slot.handle};
  struct ivc_entry entry;
  struct ivc_event event;
  enum ivc_how how = asked.how == 0 ? IVC_BY_INTERRUPT : IVC_BY_POLLING;
  switch (asked.command) {
    case AGENT_PUBLISH:
      return publish();
    case AGENT_SUBSCRIBE:
      return subscribe();
    case AGENT_UNPUBLISH:
      return ivc_unpublish(channel.handle);
    case AGENT_UNSUBSCRIBE:
      return ivc_unsubscribe(channel.handle);
    case AGENT_LOOK_UP:
      return reply_entry(
          ivc_look_up(name_asked(), asked.slot.peer, asked.slot.key, &entry), &entry);
    case AGENT_LIST:
      return list();
    case AGENT_NOTIFY:
      return ivc_notify(channel.handle, asked.slot.peer);
    case AGENT_NEXT_EVENT:
      return reply_event(ivc_next_event(&event), &event);
    case AGENT_WATCH:
      return ivc_watch(name_asked(), asked.slot.peer, asked.slot.key);
    case AGENT_PEERS:
      return peers();
    case AGENT_RING:
      ivc_ring_peer(&channel, asked.slot.peer);
      return ivc_bell_status();
    case AGENT_BELL:
      block->value_out = ivc_bell();
      return IVC_DONE;
    case AGENT_WAIT:
      block->result = ivc_wait(&channel, how, asked.ticks);
      return IVC_DONE;
    case AGENT_WAIT_EVENT:
      block->result = ivc_wait_event(&event, how, asked.ticks);
      return block->result == 0 ? IVC_DONE : reply_event(IVC_DONE, &event);
    case AGENT_RAW:
      raw_request();
      return block->reply.status;
    case AGENT_READ_REGISTER:
      block->value_out = read_width((uint64_t)ivc.registers + asked.address);
      return IVC_DONE;
    case AGENT_WRITE_REGISTER:
      write_width((uint64_t)ivc.registers + asked.address, asked.value);
      ivc.enabled = ivc_register(IVC_REG_ENABLE);
      return IVC_DONE;
    default:
      return IVC_UNKNOWN_OPERATION;
  }
}

static void execute(void) {
  switch (asked.command) {
    case AGENT_PEEK:
      block->value_out = read_width(asked.address);
      break;
    case AGENT_POKE:
      write_width(asked.address, asked.value);
      break;
    case AGENT_FILL:
      fill();
      break;
    case AGENT_CHECKSUM:
      block->value_out = checksum();
      break;
    case AGENT_EXIT:
      break;
    default:
      if (asked.command >= AGENT_HVC_PUBLISH && asked.command <= AGENT_HVC_RAW) {
        hypercall();
        break;
      }
      block->status = by_device();
      if (asked.command != AGENT_RAW) {
        block->reply.status = block->status;
      }
  }
}

// Spins while a test is likely to ask soon, so commands cost microseconds. Sleeps otherwise, so
// several idle agents can share a core.
static void await_request(uint32_t done) {
  unsigned turns = 0;
  for (unsigned spins = 0; __atomic_load_n(&block->request, __ATOMIC_ACQUIRE) == done;) {
    if (++spins > 20000) {
      harts_relax(&turns);
    }
  }
}

int main(void) {
  const char *why = ivc_open();
  block->registers = (uint64_t)ivc.registers;
  block->window = (uint64_t)ivc.window;
  block->vm = ivc.vm;
  block->interrupt = ivc_interrupt();
  block->opened = (uint64_t)why;
  uint32_t done = __atomic_load_n(&block->answer, __ATOMIC_RELAXED);
  __atomic_store_n(&block->ready, why == NULL ? AGENT_READY : AGENT_NO_DEVICE, __ATOMIC_RELEASE);
  if (why != NULL) {
    print("ivc-agent: %s\n", why);
  }
  for (;;) {
    await_request(done);
    memcpy(&asked, block, sizeof asked);
    memset(&block->status, 0, offsetof(struct agent_block, reserved_070) -
                                  offsetof(struct agent_block, status));
    memset(&block->reply, 0, sizeof block->reply);
    struct probe seen = PROBE(execute());
    block->faulted = seen.count > 0;
    block->cause = seen.cause;
    if (seen.count > 0) {
      block->value_out = 0;
    }
    done = asked.request;
    __atomic_store_n(&block->answer, done, __ATOMIC_RELEASE);
    if (asked.command == AGENT_EXIT) {
      return (int)asked.value;
    }
  }
}
