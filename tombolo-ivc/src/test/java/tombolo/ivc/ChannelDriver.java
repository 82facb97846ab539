// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import tombolo.ivc.abi.ChannelId;
import tombolo.ivc.abi.Event;
import tombolo.ivc.abi.Layout;
import tombolo.ivc.abi.Status;

/**
 * The operations on channels as one VM uses them, by one of the front ends. What a front end does
 * not have, its features say.
 */
interface ChannelDriver {
  /** What not every front end has. */
  enum Feature {
    /** Names besides publisher and key. */
    NAMES,
    /** Answers say handle, generation, layout, access and so on, not only place and size. */
    DETAILS,
    /** Sectioned channels. */
    SECTIONS,
    /** Look-up, listings and peers. */
    LOOK_UP,
    /** Events, and watches, which tell by events. */
    EVENTS,
  }

  /**
   * How an operation ended, and what it told. Without {@link Feature#DETAILS} only id, gpa and size
   * mean anything.
   */
  record Answer(
      Status status,
      int handle,
      ChannelId id,
      long gpa,
      long size,
      long generation,
      Layout layout,
      boolean writable,
      int sections,
      int section,
      long sectionSize,
      int state,
      String name) {
    static Answer of(Status status) {
      return bare(status, new ChannelId(0, 0), 0, 0);
    }

    static Answer bare(Status status, ChannelId id, long gpa, long size) {
      return new Answer(status, 0, id, gpa, size, 0, Layout.RAW, false, 0, 0, 0, 0, "");
    }
  }

  /** A step of a listing. */
  record Step(Answer answer, long cursor) {}

  /** A step of a listing of peers. */
  record PeerStep(Status status, int peer, int section, long cursor) {}

  Set<Feature> features();

  Answer publish(long key, long size);

  Answer publish(String name, long size);

  Answer publish(long key, long size, int sections, long sectionSize);

  Answer subscribe(int publisher, long key);

  Answer subscribe(String name);

  Status unpublish(Answer channel);

  Status unsubscribe(Answer channel);

  /** Rings one peer, or {@link Endpoint#EVERY_PEER}. */
  Status ring(Answer channel, int target);

  /** Waits for the channel's bell and takes it. */
  boolean awaitBell(Answer channel);

  /** Takes the channel's bell if it has rung. */
  boolean takeBell(Answer channel);

  Answer lookUp(int publisher, long key);

  Answer lookUp(String name);

  Step list(long cursor);

  PeerStep peers(Answer channel, long cursor);

  Status watch(int publisher, long key);

  /** Takes the next event; null where there is none. */
  @Nullable Event nextEvent();
}
