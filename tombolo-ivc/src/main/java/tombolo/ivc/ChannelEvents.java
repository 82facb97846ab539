// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;
import tombolo.ivc.abi.Status;

/**
 * The events of channels in JDK Flight Recorder. Where nobody records, they are not even loaded.
 */
@SuppressWarnings("UnusedVariable") // JDK Flight Recorder reads the fields
final class ChannelEvents {
  /** Records one of so many bells of a side: there can be a hundred thousand a second. */
  private static final long BELLS_A_SAMPLE = 64;

  private ChannelEvents() {}

  static void published(Attachment by) {
    if (FlightRecorder.isInitialized()) {
      tell(new Published(), by);
    }
  }

  static void subscribed(Attachment by) {
    if (FlightRecorder.isInitialized()) {
      tell(new Subscribed(), by);
    }
  }

  static void left(Attachment by) {
    if (FlightRecorder.isInitialized()) {
      tell(new Left(), by);
    }
  }

  static void orphaned(Attachment of) {
    if (FlightRecorder.isInitialized()) {
      tell(new Orphaned(), of);
    }
  }

  static void refused(String endpoint, Status status, String what) {
    if (!FlightRecorder.isInitialized()) {
      return;
    }
    Refused event = new Refused();
    if (event.shouldCommit()) {
      event.endpoint = endpoint;
      event.status = status.words();
      event.what = what;
      event.commit();
    }
  }

  /**
   * Records that a bell has rung.
   *
   * @param number how many of this side have, this one counted
   */
  static void rang(Attachment at, long number) {
    if (FlightRecorder.isInitialized() && number % BELLS_A_SAMPLE == 1) {
      tell(new Rang(), at);
    }
  }

  private static void tell(OfChannel event, Attachment of) {
    if (event.shouldCommit()) {
      event.endpoint = of.endpoint.name();
      event.role = of.role().name();
      event.publisher = of.id().publisher();
      event.key = of.id().key();
      event.name = of.name();
      event.generation = of.generation();
      event.bytes = of.shape().total();
      event.commit();
    }
  }

  @Category("Tombolo")
  @StackTrace(false)
  private abstract static class OfChannel extends Event {
    @Label("Endpoint")
    @Nullable String endpoint;

    @Label("Role")
    @Nullable String role;

    @Label("Publisher")
    int publisher;

    @Label("Key")
    long key;

    @Label("Channel")
    @Nullable String name;

    @Label("Generation")
    long generation;

    @Label("Bytes")
    long bytes;
  }

  @Name("tombolo.ChannelPublished")
  @Label("Channel Published")
  private static final class Published extends OfChannel {}

  @Name("tombolo.ChannelSubscribed")
  @Label("Channel Subscribed")
  private static final class Subscribed extends OfChannel {}

  @Name("tombolo.ChannelLeft")
  @Label("Channel Left")
  private static final class Left extends OfChannel {}

  @Name("tombolo.ChannelOrphaned")
  @Label("Channel Orphaned")
  private static final class Orphaned extends OfChannel {}

  @Name("tombolo.Doorbell")
  @Label("Doorbell")
  @Description(
      "A bell that rang at this endpoint: its first one of a channel, and each 64th after it")
  private static final class Rang extends OfChannel {}

  @Name("tombolo.ChannelRefused")
  @Label("Channel Operation Refused")
  @Category("Tombolo")
  @StackTrace(false)
  private static final class Refused extends Event {
    @Label("Endpoint")
    @Nullable String endpoint;

    @Label("Status")
    @Nullable String status;

    @Label("What")
    @Nullable String what;
  }
}
