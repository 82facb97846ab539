// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.hart;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;
import tombolo.riscv.isa.Compressed;
import tombolo.riscv.isa.Decoder;

/**
 * The decoded code of one guest physical page, as one hart sees it.
 *
 * <p>Decoding reads a snapshot of the page, not the page: what a hart fetches is allowed to be as
 * old as its last {@code fence.i} (Zifencei), and a snapshot cannot change between two
 * instructions. At the first entry after a {@code fence.i} the snapshot is compared with the
 * memory, and dropped with all its blocks when they differ; so stores to code cost nothing until
 * code is fenced, whoever stored: this hart, another one, a device or another VM.
 */
final class CodePage implements Region.Code {
  private static final int MAX_OPERATIONS = 64;

  /** The most instructions of a block: every operation may be a fused pair. */
  static final int MAX_INSTRUCTIONS = 2 * MAX_OPERATIONS;

  // The sizes below are those of HotSpot's objects with references of 4 bytes.

  /** Bytes of a page without blocks: the snapshot, the references to blocks, and its map entry. */
  static final int EMPTY_BYTES = SIZE + SIZE / 2 * 4 + 256;

  /** Bytes of a block without operations: five objects. */
  private static final int BLOCK_BYTES = 128;

  /** Bytes that the arrays of a block have for each operation. */
  private static final int OPERATION_BYTES = Long.BYTES + 3 * Integer.BYTES;

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Guest physical address of the page's first byte. */
  final long gpa;

  private final long hostAddress;
  private final byte[] snapshot = new byte[SIZE];
  private final @Nullable Block[] blocks = new Block[SIZE / 2];
  private long verifiedAt;

  /** What the page and its blocks take of the heap. */
  private int bytes = EMPTY_BYTES;

  CodePage(long gpa, long hostAddress, long fenceEpoch) {
    this.gpa = gpa;
    this.hostAddress = hostAddress;
    this.verifiedAt = fenceEpoch;
    HostBytes.copyOut(hostAddress, snapshot);
  }

  /** Returns whether the snapshot is as good as one of the hart's last fence.i. */
  boolean isCurrent(long fenceEpoch) {
    if (verifiedAt == fenceEpoch) {
      return true;
    }
    if (!HostBytes.equal(hostAddress, snapshot)) {
      return false;
    }
    verifiedAt = fenceEpoch;
    return true;
  }

  @Override
  public int halfword(int offset) {
    return MemorySegment.ofArray(snapshot).get(SHORT, offset) & 0xffff;
  }

  @Override
  public ByteBuffer content() {
    return ByteBuffer.wrap(snapshot).asReadOnlyBuffer();
  }

  @Override
  public boolean isWarm(int offset) {
    Block block = blocks[offset >>> 1];
    return block != null && block.samples != 0;
  }

  /** Returns the bytes of the instruction at an even offset: 2 or 4. */
  int lengthAt(int offset) {
    return (halfword(offset) & 3) == 3 ? 4 : 2;
  }

  /** Returns whether the instruction at this offset needs bytes of the next page. */
  boolean straddlesAt(int offset) {
    return offset == SIZE - 2 && lengthAt(offset) == 4;
  }

  /** Returns the block that starts at an even offset where no instruction straddles the end. */
  Block blockAt(int offset) {
    Block block = blocks[offset >>> 1];
    if (block == null) {
      block = decode(offset, new BlockBuilder(MAX_OPERATIONS, true));
      blocks[offset >>> 1] = block;
      bytes += BLOCK_BYTES + OPERATION_BYTES * block.ops.length;
    }
    return block;
  }

  /** Returns the bytes of the heap that the page takes, with its blocks. */
  int bytes() {
    return bytes;
  }

  /**
   * Returns a block of the one instruction at the page's end whose other half was fetched from the
   * next page.
   */
  Block straddlingBlock(int nextHalfword) {
    int offset = SIZE - 2;
    BlockBuilder builder = new BlockBuilder(1, false);
    builder.add(Decoder.decode(nextHalfword << 16 | halfword(offset), offset, 4), offset);
    return builder.finish(this, offset + 4, nextHalfword);
  }

  /**
   * Returns a block like {@link #blockAt}, but of so many instructions at the most and without
   * fused pairs, for a hart that has to stop within the whole one. It is not kept.
   *
   * @param most at least 1, and less than the whole block has
   */
  Block truncatedBlock(int offset, int most) {
    return decode(offset, new BlockBuilder(most, false));
  }

  private Block decode(int start, BlockBuilder builder) {
    int offset = start;
    while (offset < SIZE && !builder.isFull() && !straddlesAt(offset)) {
      int low = halfword(offset);
      boolean compressed = (low & 3) != 3;
      int word = compressed ? Compressed.expand(low) : halfword(offset + 2) << 16 | low;
      builder.add(Decoder.decode(word, offset, compressed ? 2 : 4), offset);
      offset += compressed ? 2 : 4;
      if (builder.hasEnded()) {
        break;
      }
    }
    return builder.finish(this, offset, Block.NOTHING_FOLLOWS);
  }
}
