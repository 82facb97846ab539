// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

import tombolo.machine.host.RandomSource;

/**
 * An entropy device (virtio 1.2, 5.4): it fills buffers with chance. Linux has it as a source of
 * {@code /dev/hwrng}.
 *
 * <p>Bytes are made by the vCPU thread that asks, {@link #MOST} a request at the most: a request
 * that wants more gets less, as the specification allows.
 */
public final class EntropyDevice implements VirtioDevice {
  /** The most bytes that one request gets. */
  static final int MOST = 4096;

  private final RandomSource random;

  /** A device that passes on what the source has; usually the VM's. */
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
  public void attach(VirtioTransport transport) {}

  @Override
  public void notified(Virtqueue queue) {
    for (Chain chain = queue.take(); chain != null; chain = queue.take()) {
      int length = (int) Math.min(chain.writable(), MOST);
      try {
        chain.write(0, bytes(length), 0, length);
        queue.complete(chain, length);
      } catch (ChainLostException e) {
        return;
      }
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
