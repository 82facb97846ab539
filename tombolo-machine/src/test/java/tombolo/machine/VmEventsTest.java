// SPDX-License-Identifier: Apache-2.0
package tombolo.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tombolo.machine.power.StopReason;
import tombolo.memory.Access;
import tombolo.memory.HostMemory;

final class VmEventsTest {
  @TempDir Path directory;

  @Test
  void aRecordingShowsARunOfAVm() throws IOException, InterruptedException {
    Path file = directory.resolve("run.jfr");
    try (HostMemory rom = HostMemory.allocate(HostMemory.PAGE_SIZE);
        Recording recording = new Recording();
        VmFixture fixture = new VmFixture(config -> config.withVcpus(2))) {
      recording.start();
      fixture.vcpu(0).then(new VcpuExit.Hypercall(1), new VcpuExit.Hypercall(1));
      fixture.vm.memory().map(0x20000000, rom.size(), rom, 0, Access.READ);
      fixture.vcpu(0).then(new VcpuExit.MmioWrite(0x20000000, 8, 7));
      fixture
          .vcpu(0)
          .then(new VcpuExit.MmioRead(0x30000000, 8), new VcpuExit.MmioRead(0x40000000, 8));
      fixture.vcpu(0).then(new VcpuExit.SystemEvent(new StopReason.GuestFailure(3)));
      fixture.vm.boot();
      fixture.awaitStop();
      recording.stop();
      recording.dump(file);
    }
    List<RecordedEvent> events = RecordingFile.readAllEvents(file);
    RecordedEvent started = only(events, "tombolo.VmStarted");
    assertThat(started.getString("vm")).isEqualTo("alice");
    assertThat(started.getInt("vcpus")).isEqualTo(2);
    assertThat(started.getLong("memory")).isEqualTo(1 << 16);
    RecordedEvent stopped = only(events, "tombolo.VmStopped");
    assertThat(stopped.getString("reason")).isEqualTo("the guest reported failure, code 3");
    assertThat(stopped.getLong("unknownAccesses")).isEqualTo(2);
    assertThat(stopped.getLong("readOnlyStores")).isEqualTo(1);
    assertThat(events)
        .filteredOn(event -> event.getEventType().getName().equals("tombolo.VcpuExits"))
        .filteredOn(event -> event.getString("kind").equals("HYPERCALL"))
        .singleElement()
        .extracting(event -> event.getLong("count"))
        .isEqualTo(2L);
  }

  private static RecordedEvent only(List<RecordedEvent> events, String name) {
    List<RecordedEvent> found =
        events.stream().filter(event -> event.getEventType().getName().equals(name)).toList();
    assertThat(found).hasSize(1);
    return found.getFirst();
  }
}
