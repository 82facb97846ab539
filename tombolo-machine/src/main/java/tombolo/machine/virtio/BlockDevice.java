// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;
import tombolo.machine.host.Mishaps;

/**
 * A block device (virtio 1.2, 5.2) on a {@link DiskImage}: reads, writes, flushes and its name.
 * Linux has it as {@code vda}, {@code vdb} and so on.
 *
 * <p>The transport's worker serves the queue, one request a step, in the order of the ring. No vCPU
 * does: the host's storage can block for long, and an interrupt, which tells a vCPU thread that its
 * VM ends, would close the file. So this class faces the host: a step blocks in the file's calls.
 *
 * <p>A step completes the request that it takes, so the device has no state of its own. The bytes
 * of the disk are the file's: whoever saves a VM keeps a copy of the file with it.
 *
 * <p>With VIRTIO_BLK_F_FLUSH, written bytes are safe once a flush is answered; without it, once the
 * write is (5.2.5.2).
 */
public final class BlockDevice implements VirtioDevice {
  static final int SEG_MAX = 2;
  static final int READ_ONLY = 5;
  static final int BLOCK_SIZE = 6;
  static final int FLUSH = 9;

  private static final int QUEUE_SIZE = 256;

  private final String name;
  private final String vmName;
  private final DiskImage disk;
  private final Mishaps mishaps;

  /** Set once, before the driver is there. */
  private @Nullable BlockRequests requests;

  private @Nullable VirtioTransport transport;

  /**
   * Makes a device on a disk.
   *
   * @param name of the device; the guest sees 20 bytes of it as its serial number
   * @param vmName for the log
   * @param disk closed with the device
   * @param mishaps what goes wrong on purpose
   */
  public BlockDevice(String name, String vmName, DiskImage disk, Mishaps mishaps) {
    this.mishaps = mishaps;
    this.name = name;
    this.vmName = vmName;
    this.disk = disk;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int type() {
    return 2;
  }

  @Override
  public int classCode() {
    return 0x018000;
  }

  @Override
  public long features() {
    return 1L << SEG_MAX | 1L << BLOCK_SIZE | 1L << FLUSH | (disk.readOnly() ? 1L << READ_ONLY : 0);
  }

  @Override
  public int queues() {
    return 1;
  }

  @Override
  public int maxQueueSize(int queue) {
    return QUEUE_SIZE;
  }

  private boolean fails() {
    return mishaps.strikes(Mishaps.Kind.DISK_ERROR, vmName) != 0;
  }

  @Override
  public long lateness() {
    return mishaps.strikes(Mishaps.Kind.SLOW_DISK, vmName);
  }

  @Override
  public void attach(VirtioTransport given) {
    transport = given;
    requests = new BlockRequests(vmName + "/" + name, disk, given, this::fails);
  }

  /** Returns capacity, the most segments of a request, and the size of a block (5.2.4). */
  @Override
  public byte[] config() {
    ByteBuffer config = ByteBuffer.allocate(36).order(ByteOrder.LITTLE_ENDIAN);
    config.putLong(0, disk.bytes() / DiskImage.SECTOR);
    config.putInt(12, QUEUE_SIZE - 2); // header and status take a descriptor each
    config.putInt(20, DiskImage.SECTOR);
    return config.array();
  }

  @Override
  public void notified(Virtqueue queue) {
    if (transport != null) {
      transport.serveLater(queue);
    }
  }

  @Override
  public void serve(Virtqueue queue) {
    Chain chain = queue.take();
    if (chain == null || requests == null || transport == null) {
      return;
    }
    try {
      requests.serve(chain);
    } catch (ChainLostException e) {
      // Reset, or broken: nobody waits for an answer.
    }
    transport.serveLater(queue);
  }

  /** Does nothing: a request that is being served is lost with its chain. */
  @Override
  public void reset() {}

  @Override
  public void close() {
    disk.close();
  }
}
