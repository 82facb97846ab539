// SPDX-License-Identifier: Apache-2.0

// Publishes a notice for all and a secret for its friend, lets the intruder try what it likes, and
// checks that both are unchanged. The friend (role=friend on the command line) reads the secret.

#include "intruder.h"

#include "command_line.h"
#include "console.h"
#include "meeting.h"
#include "text.h"

static const char notice[] = "All may read this.";
static const char secret[] = "The treasure is under the third dune.";

static volatile struct note *write_note(
    const char *name, const char *text, size_t size, struct ivc_channel *channel) {
  meeting_publish(name, IVC_PAGE, channel);
  volatile struct note *note = channel->memory;
  memcpy((char *)note->text, text, size);
  meeting_say(&note->written, 1);
  return note;
}

static void await(enum ivc_event_kind kind, uint32_t handle, const char *of_what) {
  struct ivc_event event;
  do {
    meeting_event(&event, of_what);
  } while (event.kind != kind || event.handle != handle);
}

static bool is_unchanged(const volatile struct note *note, const char *text) {
  char now[sizeof note->text];
  meeting_text(now, note->text, sizeof now);
  return strcmp(now, text) == 0;
}

static int be_victim(void) {
  struct ivc_channel secret_channel;
  struct ivc_channel notice_channel;
  volatile struct note *in_secret =
      write_note(SECRET_CHANNEL, secret, sizeof secret, &secret_channel);
  // Before the notice, because the intruder starts as soon as it has that.
  await(IVC_PEER_JOINED, secret_channel.handle, "the friend to join");
  volatile struct note *in_notice =
      write_note(NOTICE_CHANNEL, notice, sizeof notice, &notice_channel);
  await(IVC_PEER_LEFT, notice_channel.handle, "the intruder to come and go");
  bool unchanged = is_unchanged(in_secret, secret) && is_unchanged(in_notice, notice);
  bool quiet = ivc_bell() == 0;
  meeting_say(&in_secret->over, 1);
  if (!unchanged || !quiet) {
    meeting_over(unchanged ? "somebody rang who may not" : "somebody wrote who may not");
  }
  print("My secret and my notice are unchanged, and nobody rang.\n");
  return 0;
}

static int be_friend(void) {
  struct ivc_channel channel;
  meeting_subscribe(SECRET_CHANNEL, &channel);
  volatile struct note *note = channel.memory;
  meeting_word(&note->over, 1, "the victim to be done");
  if (!is_unchanged(note, secret)) {
    meeting_over("the secret has changed");
  }
  print("I read the secret, as I may.\n");
  return 0;
}

int main(void) {
  char role[16] = "";
  command_line_text("role", role, sizeof role);
  meeting_open();
  return strcmp(role, "friend") == 0 ? be_friend() : be_victim();
}
