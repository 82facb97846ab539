// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import tombolo.machine.image.FlatImage;

/** Machine code in the making, for guests that are too small or too odd for a compiler. */
public final class MachineCode {
  /** Where flat images are loaded and entered. */
  public static final long ENTRY = 0x8020_0000L;

  public static final int ZERO = 0;
  public static final int RA = 1;
  public static final int T0 = 5;
  public static final int T1 = 6;
  public static final int T2 = 7;
  public static final int A0 = 10;
  public static final int A1 = 11;
  public static final int A6 = 16;
  public static final int A7 = 17;
  public static final int T3 = 28;

  public static final int ECALL = 0x73;
  public static final int EBREAK = 0x100073;
  public static final int SRET = 0x10200073;
  public static final int WFI = 0x10500073;
  public static final int SFENCE_VMA = 0x12000073;
  public static final int FENCE_I = 0x100f;

  private int[] words = new int[64];
  private int count;

  public MachineCode word(int word) {
    if (count == words.length) {
      words = Arrays.copyOf(words, 2 * count);
    }
    words[count++] = word;
    return this;
  }

  /** Bytes so far: the offset of what comes next. */
  public int size() {
    return 4 * count;
  }

  public MachineCode addi(int rd, int rs1, int immediate) {
    return word(immediate << 20 | rs1 << 15 | rd << 7 | 0x13);
  }

  private MachineCode slli(int rd, int amount) {
    return word(amount << 20 | rd << 15 | 1 << 12 | rd << 7 | 0x13);
  }

  /** Any 64-bit constant, in one to eight instructions. */
  public MachineCode li(int rd, long value) {
    int low = (int) (value << 52 >> 52);
    if (value == low) {
      return addi(rd, ZERO, low);
    }
    if (value == (int) value) {
      word(((int) (value - low) & ~0xfff) | rd << 7 | 0x37);
      return word(low << 20 | rd << 15 | rd << 7 | 0x1b); // addiw
    }
    li(rd, (value - low) >> 12);
    slli(rd, 12);
    return low == 0 ? this : addi(rd, rd, low);
  }

  /** A load: function 0 to 6 is lb, lh, lw, ld, lbu, lhu, lwu. */
  public MachineCode load(int function, int rd, int offset, int rs1) {
    return word(offset << 20 | rs1 << 15 | function << 12 | rd << 7 | 0x03);
  }

  /** A store: function 0 to 3 is sb, sh, sw, sd. */
  public MachineCode store(int function, int rs2, int offset, int rs1) {
    int high = offset >> 5 << 25;
    return word(high | rs2 << 20 | rs1 << 15 | function << 12 | (offset & 31) << 7 | 0x23);
  }

  public MachineCode csrw(int csr, int rs1) {
    return word(csr << 20 | rs1 << 15 | 1 << 12 | 0x73);
  }

  public MachineCode csrr(int rd, int csr) {
    return word(csr << 20 | 2 << 12 | rd << 7 | 0x73);
  }

  /**
   * vsetvli.
   *
   * @param type SEW and LMUL as assemblers write them: "e8, m8"
   */
  public MachineCode setVectorLength(int rd, int rs1, String type) {
    String[] parts = type.split(", ", -1);
    int width = Integer.numberOfTrailingZeros(Integer.parseInt(parts[0].substring(1)) / 8);
    boolean fraction = parts[1].startsWith("mf");
    int size = Integer.numberOfTrailingZeros(Integer.parseInt(parts[1].replaceAll("[mf]", "")));
    int multiplier = (fraction ? -size : size) & 7;
    return word((width << 3 | multiplier) << 20 | rs1 << 15 | 7 << 12 | rd << 7 | 0x57);
  }

  /** A unit-stride load of elements of 8 << width bits. */
  public MachineCode loadVector(int vd, int rs1, int width) {
    return word(1 << 25 | rs1 << 15 | vectorWidth(width) << 12 | vd << 7 | 0x07);
  }

  /** A unit-stride store of elements of 8 << width bits. */
  public MachineCode storeVector(int vs3, int rs1, int width) {
    return word(1 << 25 | rs1 << 15 | vectorWidth(width) << 12 | vs3 << 7 | 0x27);
  }

  private static int vectorWidth(int width) {
    return width == 0 ? 0 : 4 + width;
  }

  /** An SBI call; a0 and up hold the arguments. */
  public MachineCode sbi(long extension, long function, long... arguments) {
    for (int i = 0; i < arguments.length; i++) {
      li(A0 + i, arguments[i]);
    }
    return li(A7, extension).li(A6, function).word(ECALL);
  }

  /** Prints a character by the legacy call. */
  public MachineCode print(char character) {
    return sbi(1, 0, character);
  }

  /** Powers off by the test finisher. */
  public MachineCode powerOff() {
    return li(T0, 0x10_0000).li(T1, 0x5555).store(2, T1, 0, T0).jump(0);
  }

  /** A jump by this many bytes: 0 is an endless loop. */
  public MachineCode jump(int distance) {
    return word(jal(ZERO, distance));
  }

  /** The word of a jump by this many bytes. */
  public static int jal(int rd, int distance) {
    return (distance >> 20 & 1) << 31
        | (distance >> 1 & 0x3ff) << 21
        | (distance >> 11 & 1) << 20
        | (distance >> 12 & 0xff) << 12
        | rd << 7
        | 0x6f;
  }

  /** A branch by this many bytes: function 0 is beq, 1 bne, 4 blt, 5 bge, 6 bltu, 7 bgeu. */
  public MachineCode branch(int function, int rs1, int rs2, int distance) {
    return word(
        (distance >> 12 & 1) << 31
            | (distance >> 5 & 0x3f) << 25
            | rs2 << 20
            | rs1 << 15
            | function << 12
            | (distance >> 1 & 15) << 8
            | (distance >> 11 & 1) << 7
            | 0x63);
  }

  public byte[] bytes() {
    ByteBuffer buffer = ByteBuffer.allocate(size()).order(ByteOrder.LITTLE_ENDIAN);
    buffer.asIntBuffer().put(words, 0, count);
    return buffer.array();
  }

  /** A guest that consists of this. */
  public GuestRun guest(String name) {
    return GuestRun.of(name, FlatImage.parse(bytes(), ENTRY, name));
  }
}
