// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

import org.jspecify.annotations.Nullable;
import tombolo.machine.host.RandomSource;

/**
 * An entropy device (virtio 1.2, 5.4): it fills buffers with chance. Linux has it as a source of
 * {@code /dev/hwrng}.
 *
 * <p>The vCPU thread that asks makes the bytes, {@link #MOST} a request at the most: a request that
 * wants more gets less, as the specification allows. After {@link #BATCH} requests it leaves the
 * rest to the transport's worker. The device has no state of its own; the source of chance has.
 */
public final class EntropyDevice implements VirtioDevice {
  /** The most bytes that one request gets. */
  static final int MOST = 4096;

  /** Requests before others have their turn. */
  static final int BATCH = 64;

  private final RandomSource random;

  /** Set once, before the driver is there. */
  private @Nullable VirtioTransport transport;

  /** Makes a device that passes on what a source has, usually the VM's. */
  public EntropyDevice(RandomSource random) {
    this.random = random;
  }

  @Override
  public String name() {
    return "entropy";
  }

  @Override
  public int type() {
    return 4;
  }

  @Override
  public int queues() {
    return 1;
  }

  @Override
  public int maxQueueSize(int queue) {
    return 64;
  }

  @Override
  public void attach(VirtioTransport given) {
    transport = given;
  }

  @Override
  public void notified(Virtqueue queue) {
    for (int i = 0; i < BATCH; i++) {
      Chain chain = queue.take();
      if (chain == null) {
        return;
      }
      int length = (int) Math.min(chain.writable(), MOST);
      try {
        chain.write(0, bytes(length), 0, length);
        queue.complete(chain, length);
      } catch (ChainLostException e) {
        return;
      }
    }
    if (transport != null) {
      transport.serveLater(queue);
    }
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    for (int at = 0; at < length; ) {
      long bits = random.nextLong();
      for (int i = 0; i < Long.BYTES && at < length; i++) {
        bytes[at++] = (byte) (bits >>> (8 * i));
      }
    }
    return bytes;
  }

  @Override
  public void reset() {}
}
