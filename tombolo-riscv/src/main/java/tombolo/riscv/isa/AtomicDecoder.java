// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.isa;

/**
 * Encodings of the A extension. An operation's immediate is funct5, {@link #DOUBLEWORD} for an
 * operation on 64 bits, and its aq and rl bits.
 */
public final class AtomicDecoder {
  public static final int LR = 0x02;
  public static final int SC = 0x03;
  public static final int SWAP = 0x01;
  public static final int ADD = 0x00;
  public static final int XOR = 0x04;
  public static final int AND = 0x0c;
  public static final int OR = 0x08;
  public static final int MIN = 0x10;
  public static final int MAX = 0x14;
  public static final int MINU = 0x18;
  public static final int MAXU = 0x1c;
  public static final int DOUBLEWORD = 0x100;

  /** The aq bit: what follows in program order comes after. */
  public static final int ACQUIRE = 0x200;

  /** The rl bit: what precedes in program order comes before. */
  public static final int RELEASE = 0x400;

  private AtomicDecoder() {}

  static long decode(int word) {
    int width = Decoder.function3(word);
    int function = word >>> 27;
    boolean known =
        switch (function) {
          case LR -> Decoder.rs2(word) == 0;
          case SC, SWAP, ADD, XOR, AND, OR, MIN, MAX, MINU, MAXU -> true;
          default -> false;
        };
    if (!known || (width != 2 && width != 3)) {
      return Op.ILLEGAL;
    }
    int selector =
        function
            | (width == 3 ? DOUBLEWORD : 0)
            | ((word >>> 26 & 1) == 0 ? 0 : ACQUIRE)
            | ((word >>> 25 & 1) == 0 ? 0 : RELEASE);
    return Op.pack(Op.ATOMIC, Decoder.rd(word), Decoder.rs1(word), Decoder.rs2(word), selector);
  }
}
