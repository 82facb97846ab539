// SPDX-License-Identifier: Apache-2.0
#include "tombolo.h"

#include "uio.h"

#include <errno.h>
#include <poll.h>
#include <time.h>

static struct uio_device device = {.uio = -1, .config = -1};

// One thread uses the device, so one slot is enough.
uint32_t ivc_slot(void) { return 0; }

const char *tombolo_open(void) {
  const char *wrong = uio_open(&device, IVC_PCI_VENDOR, IVC_PCI_DEVICE);
  wrong = wrong != NULL ? wrong : ivc_attach(device.registers, device.window);
  if (wrong != NULL) {
    uio_close(&device);
  }
  return wrong;
}

void tombolo_close(void) {
  uio_close(&device);
  ivc = (struct ivc_device){0};
}

int64_t tombolo_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void listen(uint32_t pending) {
  if (ivc.enabled != pending) {
    ivc_set_register(IVC_REG_ENABLE, pending);
    ivc.enabled = pending;
  }
}

static enum tombolo_woken look(const struct ivc_channel *channel, struct ivc_event *event) {
  if (event != NULL && ivc_take_event(event)) {
    return TOMBOLO_EVENT;
  }
  return channel != NULL && ivc_take_bell(channel) ? TOMBOLO_BELL : TOMBOLO_TIMED_OUT;
}

// The line is a level. Whatever arrived since the last look raises it, and the interrupt comes as
// soon as it is unmasked. So nothing is lost between the look and the sleep.
enum tombolo_woken tombolo_wait(
    const struct ivc_channel *channel, struct ivc_event *event, int input, int milliseconds) {
  int64_t deadline = tombolo_now() + milliseconds;
  listen((channel != NULL ? IVC_PENDING_BELL : 0) | (event != NULL ? IVC_PENDING_EVENT : 0));
  for (;;) {
    enum tombolo_woken woken = look(channel, event);
    if (woken != TOMBOLO_TIMED_OUT) {
      return woken;
    }
    int64_t left = milliseconds < 0 ? -1 : deadline - tombolo_now();
    if (milliseconds >= 0 && left <= 0) {
      return TOMBOLO_TIMED_OUT;
    }
    uio_unmask(&device);
    struct pollfd files[] = {{.fd = device.uio, .events = POLLIN}, {.fd = input, .events = POLLIN}};
    int ready = poll(files, input < 0 ? 1 : 2, (int)left);
    if (ready < 0 && errno == EINTR) {
      return TOMBOLO_SIGNAL;
    }
    if (ready > 0 && files[0].revents != 0) {
      uio_take(&device);
    } else if (ready > 0) {
      return TOMBOLO_INPUT;
    }
  }
}

enum ivc_status tombolo_subscribe(
    const char *name, uint32_t publisher, uint64_t key, int milliseconds,
    struct ivc_channel *channel) {
  int64_t deadline = tombolo_now() + milliseconds;
  bool watches = false;
  for (;;) {
    enum ivc_status status = name != NULL ? ivc_subscribe_name(name, channel)
                                          : ivc_subscribe(publisher, key, channel);
    if (status != IVC_NO_SUCH_CHANNEL && status != IVC_NO_SECTION) {
      return status;
    }
    if (!watches) {
      // Each publication posts an event from now on. The one that there is now does, too, if any.
      watches = true;
      enum ivc_status watching = ivc_watch(name, publisher, key);
      if (watching != IVC_DONE) {
        return watching;
      }
    }
    struct ivc_event event;
    int64_t left = milliseconds < 0 ? -1 : deadline - tombolo_now();
    if (milliseconds >= 0 && left <= 0) {
      return status;
    }
    tombolo_wait(NULL, &event, -1, (int)left);
  }
}
