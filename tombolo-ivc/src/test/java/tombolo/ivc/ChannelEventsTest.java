// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static tombolo.ivc.IvcFixture.PAGE;
import static tombolo.ivc.IvcFixture.refusal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tombolo.ivc.abi.Shape;
import tombolo.ivc.grant.Grant;

@DisplayName("A recording")
final class ChannelEventsTest {
  @TempDir Path directory;

  @Test
  void showsTheLifeOfAChannel() throws IOException {
    Path file = directory.resolve("channels.jfr");
    try (Recording recording = new Recording();
        IvcFixture ivc =
            new IvcFixture(
                Grant.Publish.of(1, 7, PAGE, "greeting"), Grant.Subscribe.of(2, 1, 7, true))) {
      recording.start();
      VmEndpoint alice = ivc.vm(1);
      HostEndpoint bob = ivc.host(2);
      alice.publish(7, Shape.raw(PAGE));
      HostChannel joined = bob.subscribe("greeting");
      joined.ring();
      refusal(() -> bob.publish(7, Shape.raw(PAGE)));
      alice.vm().stop();
      joined.close();
      recording.stop();
      recording.dump(file);
    }
    List<RecordedEvent> events =
        RecordingFile.readAllEvents(file).stream()
            .filter(event -> event.getEventType().getName().startsWith("tombolo.Channel"))
            .toList();
    assertThat(events)
        .extracting(
            event -> event.getEventType().getName().substring("tombolo.Channel".length()),
            event -> event.getString("endpoint"))
        .containsExactlyInAnyOrder(
            tuple("Published", "vm1"),
            tuple("Subscribed", "host2"),
            tuple("Refused", "host2"),
            tuple("Orphaned", "host2"),
            tuple("Left", "vm1"),
            tuple("Left", "host2"));
    assertThat(RecordingFile.readAllEvents(file))
        .filteredOn(event -> event.getEventType().getName().equals("tombolo.Doorbell"))
        .extracting(event -> event.getString("endpoint"))
        .containsExactly("vm1");
    RecordedEvent published =
        events.stream()
            .filter(event -> event.getEventType().getName().endsWith("Published"))
            .findFirst()
            .orElseThrow();
    assertThat(published.getInt("publisher")).isEqualTo(1);
    assertThat(published.getLong("key")).isEqualTo(7);
    assertThat(published.getLong("bytes")).isEqualTo(PAGE);
    assertThat(published.getString("name")).isEqualTo("greeting");
    assertThat(published.getString("role")).isEqualTo("PUBLISHER");
  }
}
