// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.vector;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.LongStream;
import tombolo.riscv.fp.FpEnvironment;
import tombolo.riscv.isa.Op;
import tombolo.riscv.vector.VectorUnit.Outcome;

/** A vector unit with vectors of 128 bits and a small memory, and short ways to use them. */
final class Unit {
  static final int VV = 0;
  static final int FVV = 1;
  static final int MVV = 2;
  static final int VI = 3;
  static final int VX = 4;
  static final int FVF = 5;
  static final int MVX = 6;

  /** The integer register that scalars are put into. */
  static final int SCALAR = 10;

  /** The integer register that holds addresses. */
  static final int ADDRESS = 11;

  private static final int LENGTH = 16;

  final long[] x = new long[64];
  final long[] f = new long[32];
  final FpEnvironment fp = new FpEnvironment();

  /** From address 0; addresses behind it fault. */
  final byte[] memory = new byte[256];

  final VectorUnit vectors = new VectorUnit(LENGTH, x, f, fp, new ArrayMemory(memory));
  private int width;

  /** Memory that is an array. */
  private static final class ArrayMemory implements VectorMemory {
    private final byte[] bytes;

    ArrayMemory(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public int load(long va, byte[] registers, int at, int count, int size) {
      int done = fit(va, count, size);
      System.arraycopy(bytes, done == 0 ? 0 : (int) va, registers, at, done * size);
      return done;
    }

    @Override
    public int store(long va, byte[] registers, int at, int count, int size) {
      int done = fit(va, count, size);
      System.arraycopy(registers, at, bytes, done == 0 ? 0 : (int) va, done * size);
      return done;
    }

    private int fit(long va, int count, int size) {
      return va < 0 || va > bytes.length ? 0 : Math.min(count, (int) (bytes.length - va) / size);
    }
  }

  /** Sets SEW in bits, LMUL as a power of two, and vl. */
  Unit set(int bits, int multiplier, int length) {
    width = Integer.numberOfTrailingZeros(bits / 8);
    x[SCALAR] = length;
    int type = width << 3 | (multiplier & 7);
    assertThat(execute(0x00007057 | type << 20 | SCALAR << 15)).isEqualTo(Outcome.DONE);
    assertThat(vectors.vl()).isEqualTo(length);
    return this;
  }

  /** Puts elements into a group, of the present width. */
  Unit put(int register, long... elements) {
    for (int i = 0; i < elements.length; i++) {
      vectors.registers.set(register, i, width, elements[i]);
    }
    return this;
  }

  /** Puts bits into v0, for the first element first. */
  Unit mask(int... bits) {
    for (int i = 0; i < bits.length; i++) {
      vectors.registers.setBit(0, i, bits[i] != 0);
    }
    return this;
  }

  /** The first elements of a group, of the present width, sign-extended. */
  long[] elements(int register, int count) {
    return elements(register, count, width);
  }

  /** As above, of another width: bytes as a power of two. */
  long[] elements(int register, int count, int elementWidth) {
    return LongStream.range(0, count)
        .map(i -> vectors.registers.signed(register, (int) i, elementWidth))
        .toArray();
  }

  /** The first bits of a mask. */
  int[] bits(int register, int count) {
    int[] bits = new int[count];
    Arrays.setAll(bits, i -> vectors.registers.bit(register, i) ? 1 : 0);
    return bits;
  }

  /** Executes an operation without a mask, which must be legal. */
  Unit run(int kind, int function, int vd, int vs2, int vs1) {
    assertThat(execute(word(kind, function, vd, vs2, vs1))).isEqualTo(Outcome.DONE);
    return this;
  }

  /** Executes an operation with a mask, which must be legal. */
  Unit runMasked(int kind, int function, int vd, int vs2, int vs1) {
    assertThat(execute(masked(word(kind, function, vd, vs2, vs1)))).isEqualTo(Outcome.DONE);
    return this;
  }

  Outcome execute(int word) {
    int rd = word >>> 7 & 31;
    return vectors.execute(word, rd == 0 ? Op.SINK : rd, 0);
  }

  static int word(int kind, int function, int vd, int vs2, int vs1) {
    return 0x57 | function << 26 | 1 << 25 | vs2 << 20 | (vs1 & 31) << 15 | kind << 12 | vd << 7;
  }

  static int masked(int word) {
    return word & ~(1 << 25);
  }
}
