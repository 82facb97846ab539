// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.vector;

import java.util.Arrays;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.machine.state.Stateful;
import tombolo.riscv.fp.FpEnvironment;
import tombolo.riscv.isa.Decoder;
import tombolo.riscv.isa.VectorDecoder;

/**
 * A hart's vector registers and CSRs, and what executes vector instructions on them (RISC-V V,
 * version 1.0). Used by the hart's thread only.
 *
 * <p>It knows nothing of sstatus: the hart asks there first whether vectors and floating point are
 * on.
 */
public final class VectorUnit implements Stateful {
  /** Bytes of the shortest and of the longest vectors that a unit can have. */
  public static final int MIN_LENGTH = 16;

  public static final int MAX_LENGTH = 256;

  /** vtype when no instruction that depends on it is legal. */
  static final long ILLEGAL_TYPE = 1L << 63;

  private static final int MOST_REGISTERS = 8;

  /** How an instruction ended. */
  public enum Outcome {
    DONE,
    /** It has had no effect. */
    ILLEGAL,
    /** The hart holds the reason; vstart is the element that gave it. */
    TRAPPED
  }

  final RegisterFile registers;
  final long[] x;
  final long[] f;
  final FpEnvironment fp;
  final VectorMemory memory;

  /** vtype, with no other bits than vill where that is set. */
  long type = ILLEGAL_TYPE;

  int length;
  int start;
  int roundingMode;
  boolean saturated;

  /** SEW in bytes, as a power of two: 0 to 3; of no interest while vill is set. */
  int width;

  /** LMUL as a power of two: -3 to 3. */
  int multiplier;

  // Lanes: operands, and results.
  final long[] a;
  final long[] b;
  final long[] d;

  private final VectorAccess access;
  private final IntegerOperations integer;
  private final MultiplyOperations multiply;
  private final FloatOperations floating;

  /**
   * Makes a unit with zeros in its registers.
   *
   * @param vectorLength VLEN in bytes, a power of two from {@link #MIN_LENGTH} to {@link
   *     #MAX_LENGTH}
   * @param x the hart's integer registers, with the sink
   * @param f the hart's floating-point registers
   * @param fp the hart's floating-point flags
   */
  public VectorUnit(int vectorLength, long[] x, long[] f, FpEnvironment fp, VectorMemory memory) {
    requireLength(vectorLength);
    this.registers = new RegisterFile(vectorLength);
    this.x = x;
    this.f = f;
    this.fp = fp;
    this.memory = memory;
    int most = MOST_REGISTERS * vectorLength;
    a = new long[most];
    b = new long[most];
    d = new long[most];
    access = new VectorAccess(this);
    integer = new IntegerOperations(this);
    multiply = new MultiplyOperations(this);
    floating = new FloatOperations(this);
  }

  /** Throws if vectors cannot have so many bytes. */
  public static void requireLength(int bytes) {
    if (Integer.bitCount(bytes) != 1 || bytes < MIN_LENGTH || bytes > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "vectors of %d bytes: the length is a power of two from %d to %d"
              .formatted(bytes, MIN_LENGTH, MAX_LENGTH));
    }
  }

  /** Returns VLEN in bytes: vlenb. */
  public int lengthInBytes() {
    return registers.length;
  }

  public int vl() {
    return length;
  }

  public long vtype() {
    return type;
  }

  public int vstart() {
    return start;
  }

  /** Sets vstart, which has bits for every index of an element. */
  public void setVstart(long value) {
    start = (int) value & 8 * registers.length - 1;
  }

  public int vxrm() {
    return roundingMode;
  }

  public void setVxrm(long value) {
    roundingMode = (int) value & 3;
  }

  public int vxsat() {
    return saturated ? 1 : 0;
  }

  public void setVxsat(long value) {
    saturated = (value & 1) != 0;
  }

  /**
   * Executes an instruction that {@link VectorDecoder} knows.
   *
   * @param rd the integer register that the word names as its destination, or the sink
   * @param floatRounding the rounding mode of floating point, 0 to 4
   */
  public Outcome execute(int word, int rd, int floatRounding) {
    Outcome outcome =
        switch (word & 0x7f) {
          case VectorDecoder.LOAD, VectorDecoder.STORE -> access.execute(word);
          default ->
              switch (Decoder.function3(word)) {
                case VectorDecoder.CONFIGURE -> Configuration.execute(this, word, rd);
                case VectorDecoder.FLOAT_VECTOR, VectorDecoder.FLOAT_SCALAR ->
                    legal(floating.execute(word, floatRounding));
                case VectorDecoder.MULTIPLY_VECTOR, VectorDecoder.MULTIPLY_SCALAR ->
                    legal(multiply.execute(word, rd));
                default -> legal(integer.execute(word));
              };
        };
    if (outcome == Outcome.DONE) {
      start = 0;
    }
    return outcome;
  }

  /**
   * Sets vl for a type that is in effect already, as most loops do in each round: what vsetvli does
   * then.
   *
   * @param asked the elements wanted, unsigned
   * @return vl, or -1 if the type is another one, and nothing was done
   */
  public int setLength(long wantedType, long asked) {
    if (type != wantedType || start != 0) {
      return -1;
    }
    length = lengthFor(asked);
    return length;
  }

  /** Returns vl for a number of elements, unsigned, of the present type. */
  int lengthFor(long asked) {
    int most = maxLength();
    return asked < 0 || asked > most ? most : (int) asked;
  }

  /**
   * Returns the bytes that an unmasked unit-stride load or store of one field transfers, if it is
   * legal and begins with the first element; else 0.
   *
   * @param register the first vector register, 0 to 31
   * @param elementWidth bytes of an element in memory, as a power of two: 0 to 3
   */
  public int contiguousBytes(int register, int elementWidth) {
    int group = elementWidth - width + multiplier;
    return start == 0 && type >= 0 && Groups.exists(group) && Groups.isAligned(register, group)
        ? length << elementWidth
        : 0;
  }

  /** Returns the bytes of the registers v0 to v31, one behind the other. */
  public byte[] registerBytes() {
    return registers.bytes;
  }

  private static Outcome legal(boolean legal) {
    return legal ? Outcome.DONE : Outcome.ILLEGAL;
  }

  /** Sets vtype, and what follows from it. */
  void setType(long value) {
    type = value;
    width = (int) value >>> 3 & 7;
    multiplier = (int) value << 29 >> 29;
  }

  boolean isIllegalType() {
    return type < 0;
  }

  /** VLMAX: elements of the present width in a group of the present size. */
  int maxLength() {
    return elements(width, multiplier);
  }

  /** Elements of a width in a group. */
  int elements(int elementWidth, int groupMultiplier) {
    return shift(registers.length, groupMultiplier - elementWidth);
  }

  static int shift(int value, int left) {
    return left >= 0 ? value << left : value >>> -left;
  }

  /** Bits of an element. */
  int bits() {
    return 8 << width;
  }

  /** Whether the mask of a masked instruction is safe from its destination. */
  static boolean sparesMask(int word) {
    return VectorDecoder.isUnmasked(word) || VectorDecoder.vd(word) != 0;
  }

  boolean isAligned(int register) {
    return Groups.isAligned(register, multiplier);
  }

  /** Whether an element is to be computed. */
  boolean isActive(boolean unmasked, int element) {
    return unmasked || registers.isActive(element);
  }

  /**
   * Whether no register is read as a mask and as elements, too, or as elements of two widths.
   *
   * @param vector whether vs1 is a group, not a scalar or nothing
   * @param firstWidth of vs1
   * @param secondWidth of vs2
   */
  boolean areReadOnce(int word, boolean vector, int firstWidth, int secondWidth) {
    int vs1 = VectorDecoder.vs1(word);
    int vs2 = VectorDecoder.vs2(word);
    boolean mask = !VectorDecoder.isUnmasked(word);
    if (mask && (vs2 == 0 || (vector && vs1 == 0))) {
      return false;
    }
    return !vector
        || firstWidth == secondWidth
        || !Groups.overlap(vs1, groupSize(firstWidth), vs2, groupSize(secondWidth));
  }

  /**
   * Whether the sources of a widening operation leave its wide destination alone, or overlap it
   * where they may: nowhere if the destination is a source, too.
   *
   * @param vector whether vs1 is a group
   * @param first whether vs2 is one of narrow elements
   * @param accumulates whether the destination is a source
   */
  boolean areApartFromWide(int word, boolean vector, boolean first, boolean accumulates) {
    return (!first || isApartFromWide(word, VectorDecoder.vs2(word), accumulates))
        && (!vector || isApartFromWide(word, VectorDecoder.vs1(word), accumulates));
  }

  private boolean isApartFromWide(int word, int source, boolean accumulates) {
    int vd = VectorDecoder.vd(word);
    return isAligned(source)
        && (accumulates
            ? !Groups.overlap(vd, groupSize(width + 1), source, groupSize(width))
            : Groups.areApart(vd, multiplier + 1, source, multiplier));
  }

  /** Registers of a group that has as many elements as the present setting says, of a width. */
  int groupSize(int elementWidth) {
    return Groups.size(multiplier + elementWidth - width);
  }

  /** Whether destination and sources of an operation on elements of one width are groups. */
  boolean areGroups(int word, boolean vector) {
    return isAligned(VectorDecoder.vd(word))
        && isAligned(VectorDecoder.vs2(word))
        && (!vector || isAligned(VectorDecoder.vs1(word)))
        && areReadOnce(word, vector, width, width);
  }

  /** Whether the sources of an operation are groups that a mask as the result spares. */
  boolean areSourcesOfMask(int word, boolean vector) {
    int vd = VectorDecoder.vd(word);
    int vs1 = VectorDecoder.vs1(word);
    int vs2 = VectorDecoder.vs2(word);
    return isAligned(vs2)
        && areReadOnce(word, vector, width, width)
        && Groups.areApartOrSame(vd, 0, vs2, multiplier)
        && (!vector || (isAligned(vs1) && Groups.areApartOrSame(vd, 0, vs1, multiplier)));
  }

  /** Reads the first source, vs2, into the lanes a. */
  void readFirst(int word, int elementWidth, boolean signed) {
    read(VectorDecoder.vs2(word), elementWidth, signed, a);
  }

  /** Reads the second source into the lanes b: vs1, rs1 or the immediate. */
  void readSecond(int word, int elementWidth, boolean signed) {
    switch (Decoder.function3(word)) {
      case VectorDecoder.INTEGER_VECTOR, VectorDecoder.MULTIPLY_VECTOR ->
          read(VectorDecoder.vs1(word), elementWidth, signed, b);
      case VectorDecoder.INTEGER_IMMEDIATE -> {
        boolean shifts = IntegerOperations.shifts(VectorDecoder.function6(word));
        int immediate = shifts ? VectorDecoder.vs1(word) : VectorDecoder.immediate(word);
        fillSecond(immediate, elementWidth, signed);
      }
      default -> fillSecond(x[Decoder.rs1(word)], elementWidth, signed);
    }
  }

  void fillSecond(long scalar, int elementWidth, boolean signed) {
    if (start < length) {
      long value = signed ? signed(scalar, elementWidth) : unsigned(scalar, elementWidth);
      Arrays.fill(b, start, length, value);
    }
  }

  /** Reads the elements from vstart to vl. */
  void read(int register, int elementWidth, boolean signed, long[] lanes) {
    if (signed) {
      registers.readSigned(register, elementWidth, start, length, lanes);
    } else {
      registers.readUnsigned(register, elementWidth, start, length, lanes);
    }
  }

  /** Narrows the results from vstart to vl into the destination. */
  void write(int word, int elementWidth) {
    writeFrom(word, elementWidth, start);
  }

  void writeFrom(int word, int elementWidth, int from) {
    int vd = VectorDecoder.vd(word);
    if (VectorDecoder.isUnmasked(word)) {
      registers.write(vd, elementWidth, from, length, d);
    } else {
      registers.writeActive(vd, elementWidth, from, length, d);
    }
  }

  /** Writes results, each of them zero or not, as the bits of a mask. */
  void writeMask(int word, boolean masked) {
    int vd = VectorDecoder.vd(word);
    for (int i = start; i < length; i++) {
      if (isActive(!masked, i)) {
        registers.setBit(vd, i, d[i] != 0);
      }
    }
  }

  /** Returns the low bits of a scalar as an element, sign-extended. */
  static long signed(long value, int elementWidth) {
    int unused = 64 - (8 << elementWidth);
    return value << unused >> unused;
  }

  /** Returns the low bits of a scalar as an element, zero-extended. */
  static long unsigned(long value, int elementWidth) {
    int unused = 64 - (8 << elementWidth);
    return value << unused >>> unused;
  }

  /** Goes back to the state of a hart that starts. */
  public void reset() {
    registers.clear();
    setType(ILLEGAL_TYPE);
    length = 0;
    start = 0;
    roundingMode = 0;
    saturated = false;
  }

  @Override
  public void save(StateWriter out) {
    out.bytes(registers.bytes);
    out.number(type).number(length).number(start).number(roundingMode).flag(saturated);
  }

  @Override
  public void restore(StateReader in) {
    byte[] saved = in.bytes(registers.bytes.length);
    if (saved.length != registers.bytes.length) {
      throw in.wrong(
          "vectors of %d bytes, not of %d".formatted(saved.length / 32, lengthInBytes()));
    }
    System.arraycopy(saved, 0, registers.bytes, 0, saved.length);
    long savedType = in.int64();
    if (Configuration.legalType(savedType) != savedType) {
      throw in.wrong("vtype holds what no hart can have in it");
    }
    setType(savedType);
    length = in.int32(0, isIllegalType() ? 0 : maxLength());
    start = in.int32(0, 8 * registers.length - 1);
    roundingMode = in.int32(0, 3);
    saturated = in.flag();
  }
}
