// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.net;

/**
 * Cuts a large TCP frame into segments, one after the other, in a buffer of its own. The checksum
 * of a segment is partial, as that of the large frame was. Used by one worker.
 */
final class Segments {
  private static final int TCP = 6;
  private static final int FLAGS = 13;
  private static final int FIN_AND_PUSH = 0x09;
  private static final int CONGESTION_WINDOW_REDUCED = 0x80;

  private final Frame segment = new Frame();
  private Frame whole = segment;
  private int done;

  /** Begins with a frame that is to be segmented, and that stays as it is until the last one. */
  void begin(Frame large) {
    whole = large;
    done = 0;
  }

  /** Returns whether there is another segment. A frame without payload is one segment. */
  boolean hasNext() {
    return done == 0 || done < payload();
  }

  private int payload() {
    return whole.length() - whole.offload().headers();
  }

  /** Makes the next segment; valid until the one after it. */
  Frame next() {
    Offload offload = whole.offload();
    int headers = offload.headers();
    int size = Math.min(offload.segmentSize(), payload() - done);
    System.arraycopy(whole.bytes, Frame.HEADER, segment.bytes, Frame.HEADER, headers);
    System.arraycopy(
        whole.bytes, Frame.HEADER + headers + done, segment.bytes, Frame.HEADER + headers, size);
    segment.length(headers + size);
    int tcp = offload.start();
    segment.int32(tcp + 4, whole.int32(tcp + 4) + done);
    int not =
        (done == 0 ? 0 : CONGESTION_WINDOW_REDUCED) | (done + size < payload() ? FIN_AND_PUSH : 0);
    segment.octet(tcp + FLAGS, segment.octet(tcp + FLAGS) & ~not);
    network(offload, done / offload.segmentSize());
    segment.offload(new Offload(true, tcp, offload.offset(), Offload.Segmentation.NONE, 0, 0, 0));
    done += Math.max(size, 1);
    return segment;
  }

  /** Writes the segment's length into its IP header, and the sum of the pseudo header. */
  private void network(Offload offload, int index) {
    int ip = offload.network();
    int tcp = offload.start();
    int tcpLength = segment.length() - tcp;
    int addresses;
    if (offload.segmentation() == Offload.Segmentation.TCP_IPV4) {
      segment.uint16(ip + 2, segment.length() - ip);
      segment.uint16(ip + 4, segment.uint16(ip + 4) + index);
      segment.uint16(ip + 10, 0);
      segment.uint16(ip + 10, Checksum.of(segment.bytes, Frame.HEADER + ip, Frame.HEADER + tcp));
      addresses = ip + 12;
    } else {
      segment.uint16(ip + 4, tcpLength);
      addresses = ip + 8;
    }
    int end = addresses == ip + 12 ? ip + 20 : tcp;
    long sum = Checksum.sum(segment.bytes, Frame.HEADER + addresses, Frame.HEADER + end);
    segment.uint16(tcp + offload.offset(), Checksum.fold(sum + TCP + tcpLength));
  }
}
