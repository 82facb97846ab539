// SPDX-License-Identifier: Apache-2.0
#include "ivc_wait.h"

#include "csr.h"
#include "harts.h"
#include "pci.h"

_Static_assert(BOARD_MAX_HARTS <= IVC_SLOTS, "each hart has a slot of its own");

static unsigned source;  // the interrupt's number

uint32_t ivc_slot(void) { return (uint32_t)this_hart()->id; }

const char *ivc_open(void) {
  struct pci_function function;
  if (!pci_find(IVC_PCI_VENDOR, IVC_PCI_DEVICE, &function)) {
    return "no IVC device on the PCI bus";
  }
  uint64_t registers = pci_bar(&function, IVC_BAR_REGISTERS);
  uint64_t window = pci_bar(&function, IVC_BAR_WINDOW);
  if (registers == 0 || window == 0) {
    return "the IVC device's BARs are not assigned";
  }
  source = pci_interrupt(&function);
  return ivc_attach((volatile void *)registers, (volatile void *)window);
}

unsigned ivc_interrupt(void) { return source; }

// Lets `pending` raise the interrupt.
static void listen(enum ivc_how how, uint32_t pending) {
  if (how == IVC_BY_INTERRUPT && ivc.enabled != pending) {
    external_listen(source, EXTERNAL_LEVEL);
    ivc_set_register(IVC_REG_ENABLE, pending);
    ivc.enabled = pending;
  }
}

// Executes one turn of waiting between two looks at the device. Returns false at the deadline. When
// waiting by interrupt, the source stays in flight, so the next look comes before external_done()
// and lowers the line. Calling external_done() first would bring the same interrupt again.
static bool turn(enum ivc_how how, unsigned *turns, uint64_t deadline) {
  if (how == IVC_BY_INTERRUPT) {
    return external_wait(source, deadline);
  }
  harts_relax(turns);
  return read_time() < deadline;
}

bool ivc_wait(const struct ivc_channel *channel, enum ivc_how how, uint64_t ticks) {
  uint64_t deadline = deadline_after(ticks);
  unsigned turns = 0;
  listen(how, IVC_PENDING_BELL);
  for (;;) {
    bool rung = ivc_take_bell(channel);
    external_done(source);
    if (rung) {
      return true;
    }
    if (!turn(how, &turns, deadline)) {
      return ivc_take_bell(channel);
    }
  }
}

bool ivc_wait_event(struct ivc_event *event, enum ivc_how how, uint64_t ticks) {
  uint64_t deadline = deadline_after(ticks);
  unsigned turns = 0;
  listen(how, IVC_PENDING_EVENT);
  for (;;) {
    bool told = ivc_take_event(event);
    external_done(source);
    if (told) {
      return true;
    }
    if (!turn(how, &turns, deadline)) {
      return false;
    }
  }
}
