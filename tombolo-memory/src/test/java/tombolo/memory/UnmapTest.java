// SPDX-License-Identifier: Apache-2.0
package tombolo.memory;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("When unmap returns")
@Timeout(180)
class UnmapTest {
  private static final long PAGE = HostMemory.PAGE_SIZE;

  private final GuestMemory guest = new GuestMemory();
  private final HostMemory host = HostMemory.allocate(512 * PAGE);

  @AfterEach
  void free() {
    guest.unmapAll();
    host.close();
  }

  private void assertHostIsZero(String when) {
    int[] dirty = {0};
    byte[] all = host.segment().toArray(JAVA_BYTE);
    for (byte b : all) {
      dirty[0] += b == 0 ? 0 : 1;
    }
    assertThat(dirty[0]).as("stray bytes %s", when).isZero();
  }

  @Test
  @DisplayName("no vCPU that hammered the region ever writes to its memory again")
  void noStrayStoreOfAVcpu() {
    try (FakeVcpu first = new FakeVcpu(guest, 0, "first vCPU");
        FakeVcpu second = new FakeVcpu(guest, 0, "second vCPU")) {
      guest.register(first);
      guest.register(second);
      first.start();
      second.start();
      for (int round = 0; round < 50; round++) {
        long storedByFirst = first.storingSlices.get();
        long storedBySecond = second.storingSlices.get();
        guest.map(0, PAGE, host, 0, Access.READ_WRITE);
        Deadline.await(
            "both vCPUs store",
            () ->
                first.storingSlices.get() > storedByFirst
                    && second.storingSlices.get() > storedBySecond);
        guest.unmap(0, PAGE);
        host.segment().asSlice(0, PAGE).fill((byte) 0);
        long lastOfFirst = first.slices.get() + 2;
        long lastOfSecond = second.slices.get() + 2;
        Deadline.await(
            "both vCPUs run on",
            () -> first.slices.get() >= lastOfFirst && second.slices.get() >= lastOfSecond);
        assertThat(host.segment().asSlice(0, PAGE).toArray(JAVA_BYTE))
            .as("round %d", round)
            .containsOnly(0);
      }
    }
  }

  @Test
  @DisplayName("no write of the host that was under way writes to its memory any more")
  void noStrayWriteOfTheHost() throws InterruptedException {
    byte[] bytes = new byte[(int) host.size()];
    Arrays.fill(bytes, (byte) -1);
    AtomicLong written = new AtomicLong();
    AtomicLong refused = new AtomicLong();
    AtomicBoolean stop = new AtomicBoolean();
    Thread writer =
        Thread.ofPlatform()
            .name("writer")
            .start(
                () -> {
                  while (!stop.get()) {
                    try {
                      guest.write(0, bytes, 0, bytes.length);
                      written.incrementAndGet();
                    } catch (GuestMemoryException expected) {
                      refused.incrementAndGet();
                    }
                  }
                });
    try {
      for (int round = 0; round < 50; round++) {
        long writes = written.get();
        guest.map(0, host.size(), host, 0, Access.READ_WRITE);
        Deadline.await("the host writes", () -> written.get() > writes);
        guest.unmap(0, host.size());
        host.segment().fill((byte) 0);
        long refusals = refused.get() + 2;
        Deadline.await("the host is refused", () -> refused.get() >= refusals);
        assertHostIsZero("in round " + round);
      }
    } finally {
      stop.set(true);
      Deadline.join(writer);
    }
  }

  @Test
  @DisplayName("a vCPU that it waited for could look up and access memory inside guest code")
  void waitingBlocksNoAccess() {
    guest.map(0, PAGE, host, 0, Access.READ_WRITE);
    guest.map(PAGE, PAGE, host, PAGE, Access.READ_WRITE);
    RecordingCache cache = new RecordingCache();
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    cache.onAwait =
        () -> {
          Thread vcpu =
              Thread.ofPlatform()
                  .name("vCPU inside guest code")
                  .uncaughtExceptionHandler((thread, thrown) -> failure.set(thrown))
                  .start(
                      () -> {
                        assertThat(guest.regionAt(0)).isNull();
                        assertThat(guest.regionAt(PAGE)).isNotNull();
                        guest.writeLong(PAGE, 3);
                        guest.compareAndSetLong(PAGE, 3, 4);
                      });
          Deadline.join(vcpu);
        };
    guest.register(cache);
    guest.unmap(0, PAGE);
    assertThat(failure.get()).isNull();
    assertThat(guest.readLong(PAGE)).isEqualTo(4);
  }

  @Test
  @DisplayName("vCPU threads outside guest code may have unmapped, too, all at once")
  void vcpusMayUnmap() {
    int threads = 4;
    List<Thread> unmapping = new ArrayList<>();
    List<Throwable> failures = new ArrayList<>();
    try (FakeVcpu running = new FakeVcpu(guest, 0, "running vCPU")) {
      guest.register(running);
      guest.map(0, PAGE, host, 0, Access.READ_WRITE);
      running.start();
      for (int i = 0; i < threads; i++) {
        long gpa = (10L + i) * PAGE;
        // The thread's own vCPU, which stays outside guest code.
        FakeVcpu own = new FakeVcpu(guest, gpa, "own");
        guest.register(own);
        unmapping.add(
            Thread.ofPlatform()
                .name("vCPU thread " + i)
                .uncaughtExceptionHandler(
                    (thread, thrown) -> {
                      synchronized (failures) {
                        failures.add(thrown);
                      }
                    })
                .start(
                    () -> {
                      for (int round = 0; round < 100; round++) {
                        guest.map(gpa, PAGE, host, PAGE, Access.READ_WRITE);
                        guest.writeLong(gpa, round);
                        guest.unmap(gpa, PAGE);
                      }
                    }));
      }
      unmapping.forEach(Deadline::join);
      guest.unmapAll();
      guest.unregister(running);
    }
    synchronized (failures) {
      assertThat(failures).isEmpty();
    }
    assertThat(guest.regions()).isEmpty();
  }

  @Test
  @DisplayName("look-up has found every remaining region all the time")
  void othersStayVisible() {
    int stay = 64;
    for (int i = 0; i < stay; i++) {
      guest.map(2L * i * PAGE, PAGE, host, i * PAGE, Access.READ_WRITE);
    }
    AtomicBoolean stop = new AtomicBoolean();
    AtomicLong rounds = new AtomicLong();
    AtomicLong missed = new AtomicLong();
    Thread reader =
        Thread.ofPlatform()
            .name("look-up")
            .start(
                () -> {
                  while (!stop.get()) {
                    for (int i = 0; i < stay; i++) {
                      MemoryRegion region = guest.regionAt(2L * i * PAGE + 7);
                      if (region == null || region.hostOffset() != i * PAGE) {
                        missed.incrementAndGet();
                      }
                    }
                    rounds.incrementAndGet();
                  }
                });
    try {
      // Odd pages come and go between them, so that the tree turns all the time.
      for (int change = 0; change < 100 || rounds.get() < 300; change++) {
        for (int i = 0; i < stay; i++) {
          guest.map((2L * i + 1) * PAGE, PAGE, host, 0, Access.READ);
        }
        for (int i = 0; i < stay; i++) {
          guest.unmap((2L * i + 1) * PAGE, PAGE);
        }
      }
    } finally {
      stop.set(true);
      Deadline.join(reader);
    }
    assertThat(missed.get()).isZero();
  }
}
