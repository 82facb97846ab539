// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A device that keeps the chains it takes until a test does something with them. */
class HeldDevice implements VirtioDevice {
  final List<Chain> chains = new ArrayList<>();
  final List<String> calls = new ArrayList<>();
  byte[] config = {1, 2, 3, 4, 5, 6};
  private @Nullable VirtioTransport transport;

  VirtioTransport transport() {
    return requireNonNull(transport);
  }

  @Override
  public String name() {
    return "held";
  }

  @Override
  public int type() {
    return 42;
  }

  @Override
  public long features() {
    return 0x21;
  }

  @Override
  public int queues() {
    return 2;
  }

  @Override
  public int maxQueueSize(int queue) {
    return queue == 0 ? 16 : 64;
  }

  @Override
  public void attach(VirtioTransport given) {
    transport = given;
  }

  @Override
  public byte[] config() {
    return config;
  }

  @Override
  public void writeConfig(int offset, int size, long value) {
    calls.add("config %d, %d: 0x%x".formatted(offset, size, value));
  }

  @Override
  public void started() {
    calls.add("started");
  }

  @Override
  public void notified(Virtqueue queue) {
    calls.add("notified " + queue.index());
    for (Chain chain = queue.take(); chain != null; chain = queue.take()) {
      chains.add(chain);
    }
  }

  @Override
  public void reset() {
    calls.add("reset");
  }

  @Override
  public void close() {
    calls.add("close");
  }
}
