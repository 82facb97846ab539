// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.translator;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import tombolo.riscv.hart.Region;

/**
 * A page of compressed nops, but for some halfwords.
 *
 * @param halfwords the others, by their offsets
 * @param warm the offsets of code that is executed often
 */
record MadeUpPage(Map<Integer, Integer> halfwords, Set<Integer> warm) implements Region.Code {
  private static final int NOP = 0x0001;

  /** Returns a page with 32-bit instructions, given as offset and word in turn. */
  static MadeUpPage ofWords(Set<Integer> warm, int... offsetsAndWords) {
    Map<Integer, Integer> halfwords = new HashMap<>();
    for (int i = 0; i < offsetsAndWords.length; i += 2) {
      halfwords.put(offsetsAndWords[i], offsetsAndWords[i + 1] & 0xffff);
      halfwords.put(offsetsAndWords[i] + 2, offsetsAndWords[i + 1] >>> 16);
    }
    return new MadeUpPage(halfwords, warm);
  }

  /** Returns a page with one other halfword, of which nothing is warm but perhaps an offset. */
  static MadeUpPage of(int where, int halfword, Integer... warm) {
    return new MadeUpPage(Map.of(where, halfword), Set.of(warm));
  }

  @Override
  public int halfword(int offset) {
    return halfwords.getOrDefault(offset, NOP);
  }

  @Override
  public ByteBuffer content() {
    ByteBuffer bytes = ByteBuffer.allocate(SIZE);
    for (int offset = 0; offset < SIZE; offset += 2) {
      bytes.putShort(offset, (short) halfword(offset));
    }
    return bytes;
  }

  @Override
  public boolean isWarm(int offset) {
    return warm.contains(offset);
  }
}
