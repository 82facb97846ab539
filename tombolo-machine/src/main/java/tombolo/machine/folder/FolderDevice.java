// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.folder;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import tombolo.machine.host.Clock;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.machine.virtio.Chain;
import tombolo.machine.virtio.ChainLostException;
import tombolo.machine.virtio.VirtioDevice;
import tombolo.machine.virtio.VirtioTransport;
import tombolo.machine.virtio.Virtqueue;

/**
 * A folder of the host as a virtio 9P transport (virtio 1.2, 5.9 reserves its number; Linux's
 * net/9p/trans_virtio.c has the driver). The guest mounts it by its tag.
 *
 * <p>The transport's worker serves the queue, one request a step, and blocks in the host's calls. A
 * request is copied whole before it is looked at.
 *
 * <p>Its state is the client's fids. The files are the host's: whoever saves a VM keeps them, as he
 * does with disks. A file that was open without a name when the VM was saved is lost.
 */
public final class FolderDevice implements VirtioDevice {
  /** The most bytes of a tag. */
  public static final int MOST_TAG = 31;

  private static final int MOUNT_TAG = 0;
  private static final int QUEUE_SIZE = 128;

  private final String name;
  private final String tag;
  private final SharedFolder folder;
  private final Session session;

  /** The driver has gone since the last request; the worker sees to what it leaves. */
  private final AtomicBoolean left = new AtomicBoolean();

  // Used by the worker.
  private byte[] request = new byte[0];
  private byte[] answer = new byte[0];

  /** Set once, before the driver is there. */
  private @Nullable VirtioTransport transport;

  /**
   * Makes a device on a folder.
   *
   * @param name of the device
   * @param tag by which the guest mounts it, 1 to {@link #MOST_TAG} characters of ASCII
   * @param readOnly whether the guest can change nothing in it
   * @param clock the date of files that the guest touches
   * @throws IOException if the folder can't be shared; says why
   */
  public FolderDevice(String name, String tag, Path folder, boolean readOnly, Clock clock)
      throws IOException {
    this.name = name;
    this.tag = tag;
    this.folder = SharedFolder.open(folder, readOnly);
    this.session = new Session(this.folder, clock);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int type() {
    return 9;
  }

  @Override
  public int classCode() {
    return 0x018000;
  }

  @Override
  public long features() {
    return 1L << MOUNT_TAG;
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
    transport = given;
  }

  /** Returns the tag, after its length. */
  @Override
  public byte[] config() {
    byte[] text = tag.getBytes(StandardCharsets.US_ASCII);
    byte[] config = new byte[2 + text.length];
    config[0] = (byte) text.length;
    System.arraycopy(text, 0, config, 2, text.length);
    return config;
  }

  @Override
  public void notified(Virtqueue queue) {
    if (transport != null) {
      transport.serveLater(queue);
    }
  }

  @Override
  public void serve(Virtqueue queue) {
    forgetWhoLeft();
    Chain chain = queue.take();
    if (chain == null || transport == null) {
      return;
    }
    try {
      serve(queue, chain);
    } catch (ChainLostException e) {
      // Reset, or broken: nobody waits for an answer.
    }
    transport.serveLater(queue);
  }

  private void serve(Virtqueue queue, Chain chain) throws ChainLostException {
    int most = session.messageSize();
    if (chain.readable() < Session.HEADER
        || chain.readable() > most
        || chain.writable() < Session.SHORT_ANSWER) {
      chain.breach(
          "a request of %d bytes with %d for its answer, where a message has at most %d"
              .formatted(chain.readable(), chain.writable(), most));
      return;
    }
    if (request.length != most) {
      request = new byte[most];
      answer = new byte[most];
    }
    int length = (int) chain.readable();
    chain.read(0, request, 0, length);
    ByteBuffer reply = ByteBuffer.wrap(answer, 0, (int) Math.min(most, chain.writable()));
    session.serve(ByteBuffer.wrap(request, 0, length), reply);
    chain.write(0, answer, 0, reply.limit());
    queue.complete(chain, reply.limit());
  }

  private void forgetWhoLeft() {
    if (left.getAndSet(false)) {
      session.clear();
    }
  }

  /** Forgets the client before the next request: the worker may be at one of the last client's. */
  @Override
  public void reset() {
    left.set(true);
  }

  @Override
  public void save(StateWriter out) {
    forgetWhoLeft();
    out.part("session", session);
  }

  @Override
  public void restore(StateReader in) {
    left.set(false);
    in.part("session", session);
  }

  @Override
  public void close() {
    session.clear();
  }
}
