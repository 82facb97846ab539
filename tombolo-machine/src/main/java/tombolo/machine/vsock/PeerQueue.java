// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.vsock;

import java.util.ArrayDeque;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;

/**
 * The packets of one guest that wait for one receiver: copies, so that the ring which they came
 * from is free for packets to others. They leave in the order in which they came. Guarded by the
 * sender's lock.
 */
final class PeerQueue {
  /** The most bytes that wait for one receiver. */
  static final int MOST_BYTES = 1 << 20;

  /** What a packet counts at the least: an object of the host is larger than a header. */
  private static final int LEAST_BYTES = 256;

  /** Paces what the guest sends to this receiver, also while nothing waits. */
  final Pace pace;

  private final long cid;
  private final ArrayDeque<Waiting> packets = new ArrayDeque<>();
  private int bytes;

  /** Bytes of the first packet's payload that are passed on. */
  private int done;

  /** A packet's copy: the header as it was checked, and the bytes of the whole packet. */
  record Waiting(VsockHeader header, byte[] packet) {
    int weight() {
      return Math.max(packet.length, LEAST_BYTES);
    }
  }

  PeerQueue(long cid, long now) {
    this.cid = cid;
    this.pace = new Pace(now);
  }

  boolean isEmpty() {
    return packets.isEmpty();
  }

  /** Returns how many bytes count against the bounds. */
  int bytes() {
    return bytes;
  }

  /** Returns what a packet would count. */
  static int weight(VsockHeader header) {
    return Math.max(VsockHeader.SIZE + header.length(), LEAST_BYTES);
  }

  /**
   * Appends a packet.
   *
   * @param passedOn how much of its payload is passed on already; not 0 only for the first one
   */
  void add(Waiting packet, int passedOn) {
    if (packets.isEmpty()) {
      done = passedOn;
    }
    packets.add(packet);
    bytes += packet.weight();
  }

  /** Returns the first packet. */
  Waiting first() {
    return packets.getFirst();
  }

  /** Returns how much of the first packet's payload is passed on. */
  int done() {
    return done;
  }

  /** Notes how much of the first packet's payload is passed on; all of it removes the packet. */
  void passedOn(int now) {
    done = now;
    if (done >= first().header().length()) {
      bytes -= packets.remove().weight();
      done = 0;
    }
  }

  /** Returns whether it is as good as a new one. */
  boolean isIdle(long now) {
    return packets.isEmpty() && pace.isFresh(now);
  }

  void save(StateWriter out, long now) {
    pace.save(out, now);
    out.number(done).number(packets.size());
    packets.forEach(each -> out.bytes(each.packet));
  }

  void restore(StateReader in, long now) {
    pace.restore(in, now);
    int passedOn = in.int32(0, VsockHeader.MAX_PAYLOAD);
    for (int left = in.int32(0, MOST_BYTES / LEAST_BYTES); left > 0; left--) {
      byte[] packet = in.bytes(VsockHeader.SIZE + VsockHeader.MAX_PAYLOAD);
      if (packet.length < VsockHeader.SIZE) {
        throw in.wrong("a packet of %d bytes".formatted(packet.length));
      }
      VsockHeader header = VsockHeader.read(packet);
      if (header.length() != packet.length - VsockHeader.SIZE || header.destinationCid() != cid) {
        throw in.wrong("a packet of %d bytes with %s".formatted(packet.length, header));
      }
      add(new Waiting(header, packet), 0);
    }
    if (bytes > MOST_BYTES
        || (packets.isEmpty() ? passedOn != 0 : passedOn > first().header().length())) {
      throw in.wrong("%d bytes that wait for CID %d".formatted(bytes, cid));
    }
    done = passedOn;
  }
}
