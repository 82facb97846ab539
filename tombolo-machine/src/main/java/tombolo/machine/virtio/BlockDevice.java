// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;
import tombolo.machine.host.Scheduler;

/**
 * A block device (virtio 1.2, 5.2) on a {@link DiskImage}: reads, writes, flushes and its name.
 * Linux has it as {@code vda}, {@code vdb} and so on.
 *
 * <p>A thread of its own serves the queue, one request after the other in the order of the ring:
 * the host's storage can block for long, which a vCPU must not, and an interrupt, by which a vCPU
 * thread is told that its VM ends, would close the file. The thread sleeps where the queue is
 * empty; a notification unparks it, and one that comes between its look at the queue and its sleep
 * ends that sleep at once.
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
  private final DiskImage disk;
  private final Scheduler scheduler;
  private final String threadName;
  private @Nullable Thread server;
  private volatile boolean closed;

  /**
   * @param name of the device, which the guest sees as its serial number, as far as 20 bytes go
   * @param vmName for the thread's name
   * @param disk closed with the device
   * @param scheduler where the thread comes from
   */
  public BlockDevice(String name, String vmName, DiskImage disk, Scheduler scheduler) {
    this.name = name;
    this.threadName = vmName + "/" + name;
    this.disk = disk;
    this.scheduler = scheduler;
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

  @Override
  public void attach(VirtioTransport given) {
    server = scheduler.startThread(threadName, () -> serve(given));
  }

  /** Capacity, the most segments of a request, and the size of a block (5.2.4). */
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
    if (server != null) {
      scheduler.unpark(server);
    }
  }

  /** The thread finds out by itself: what it has in its hands is lost then. */
  @Override
  public void reset() {}

  /** Waits for the request that is being served, if any, which no longer reaches the guest. */
  @Override
  public void close() {
    closed = true;
    boolean interrupted = false;
    Thread ending = server;
    while (ending != null && ending.isAlive()) {
      scheduler.unpark(ending);
      try {
        ending.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    disk.close();
  }

  private void serve(VirtioTransport given) {
    Virtqueue queue = given.queue(0);
    BlockRequests requests = new BlockRequests(threadName, disk, given);
    while (!closed) {
      Chain chain = queue.take();
      if (chain == null) {
        scheduler.park(Long.MAX_VALUE);
        continue;
      }
      try {
        requests.serve(chain);
      } catch (ChainLostException e) {
        // Reset, or broken: nobody waits for an answer.
      }
    }
  }
}
