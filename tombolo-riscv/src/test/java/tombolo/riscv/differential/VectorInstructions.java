// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Operations of the V extension between registers, by the tables of its "Instruction Listing". */
final class VectorInstructions {
  private static final int OP_V = 0x57;

  /** Bit 25, vm: no mask. */
  private static final int UNMASKED = 1 << 25;

  // funct3.
  private static final int OPIVV = 0;
  private static final int OPFVV = 1;
  private static final int OPMVV = 2;
  private static final int OPIVI = 3;
  private static final int OPIVX = 4;
  private static final int OPFVF = 5;
  private static final int OPMVX = 6;

  /** What a field of an instruction names. */
  private enum Field {
    /** A group of vector registers. */
    VECTOR,
    INTEGER,
    FLOAT,
    /** Any five bits. */
    IMMEDIATE,
    /** Nothing: it selects the operation. */
    FIXED
  }

  /** One whose operands are still to be drawn. */
  record Operation(
      String mnemonic, int word, Field vd, Field vs1, Field vs2, boolean masked, boolean floats) {

    /**
     * Draws the operands.
     *
     * @param multiplier LMUL as a power of two: most groups are aligned for it or its double
     */
    Word draw(Operands operands, int multiplier) {
      Chance chance = operands.chance();
      int bits;
      do {
        bits = word;
        bits |= field(vd, operands, multiplier, true) << 7;
        bits |= field(vs1, operands, multiplier, false) << 15;
        bits |= field(vs2, operands, multiplier, false) << 20;
        if (masked && chance.percent(60)) {
          bits |= UNMASKED;
        }
      } while ((readsMaskAsElements(bits) && QEMU_READS_MASK_AS_ELEMENTS.contains(mnemonic))
          || (readsTwoWidths(bits) && QEMU_READS_TWO_WIDTHS.contains(mnemonic)));
      return new Word(mnemonic, bits);
    }

    private static boolean readsTwoWidths(int bits) {
      int distance = (bits >>> 15 & 31) - (bits >>> 20 & 31);
      return distance >= 0 && distance < 8;
    }

    private boolean readsMaskAsElements(int bits) {
      return (bits & UNMASKED) == 0
          && ((vs1 == Field.VECTOR && (bits >>> 15 & 31) == 0)
              || (vs2 == Field.VECTOR && (bits >>> 20 & 31) == 0));
    }

    private static int field(Field field, Operands operands, int multiplier, boolean result) {
      return switch (field) {
        case VECTOR -> group(operands.chance(), multiplier);
        case INTEGER -> result ? operands.rd() : operands.rs();
        case FLOAT -> result ? operands.fd() : operands.fs();
        case IMMEDIATE -> operands.chance().between(0, 31);
        case FIXED -> 0;
      };
    }
  }

  /** Of these QEMU 10.0 executes the reserved ones of which an operand is the mask as well. */
  private static final Set<String> QEMU_READS_MASK_AS_ELEMENTS =
      Set.of(
          "vadc.v",
          "vadc.x",
          "vadc.i",
          "vsbc.v",
          "vsbc.x",
          "vmadc.v",
          "vmadc.x",
          "vmadc.i",
          "vmsbc.v",
          "vmsbc.x",
          "vmseq.v",
          "vmseq.x",
          "vmseq.i",
          "vmsne.v",
          "vmsne.x",
          "vmsne.i",
          "vmsltu.v",
          "vmsltu.x",
          "vmslt.v",
          "vmslt.x",
          "vmsleu.v",
          "vmsleu.x",
          "vmsleu.i",
          "vmsle.v",
          "vmsle.x",
          "vmsle.i",
          "vmsgtu.x",
          "vmsgtu.i",
          "vmsgt.x",
          "vmsgt.i",
          "vmfeq.v",
          "vmfeq.f",
          "vmfle.v",
          "vmfle.f",
          "vmflt.v",
          "vmflt.f",
          "vmfne.v",
          "vmfne.f",
          "vredsum.v",
          "vredand.v",
          "vredor.v",
          "vredxor.v",
          "vredminu.v",
          "vredmin.v",
          "vredmaxu.v",
          "vredmax.v",
          "vwredsumu.v",
          "vwredsum.v",
          "vfredusum.v",
          "vfredosum.v",
          "vfredmin.v",
          "vfredmax.v",
          "vfwredusum.v",
          "vfwredosum.v",
          "vmfgt.f",
          "vmfge.f",
          "vmerge.v",
          "vmerge.x",
          "vmerge.i",
          "vfmerge");

  /** Of these, the reserved ones whose operands of two widths overlap. */
  private static final Set<String> QEMU_READS_TWO_WIDTHS =
      Set.of("vwredsumu.v", "vwredsum.v", "vfwredusum.v", "vfwredosum.v", "vcompress");

  static final List<Operation> ALL = new ArrayList<>();

  static {
    integer(
        "vandn 01 VX, vror 14 VXI, vror 15 I, vrol 15 VX, vwsll 35 VXI, vadd 00 VXI, vsub 02 VX,"
            + " vrsub 03 XI, vminu 04 VX, vmin 05 VX, vmaxu 06 VX, vmax 07 VX,vand 09 VXI, vor 0a"
            + " VXI, vxor 0b VXI, vrgather 0c VXI, vslideup 0e XI,vrgatherei16 0e V, vslidedown 0f"
            + " XI, vmadc 11 VXI, vmsbc 13 VX,vmseq 18 VXI, vmsne 19 VXI, vmsltu 1a VX, vmslt 1b"
            + " VX, vmsleu 1c VXI, vmsle 1d VXI,vmsgtu 1e XI, vmsgt 1f XI, vsaddu 20 VXI, vsadd 21"
            + " VXI, vssubu 22 VX, vssub 23 VX,vsll 25 VXI, vsmul 27 VX, vsrl 28 VXI, vsra 29 VXI,"
            + " vssrl 2a VXI, vssra 2b VXI,vnsrl 2c VXI, vnsra 2d VXI, vnclipu 2e VXI, vnclip 2f"
            + " VXI,vwredsumu 30 V, vwredsum 31 V",
        OPIVV,
        OPIVX);
    integer(
        "vredsum 00 V, vredand 01 V, vredor 02 V, vredxor 03 V, vredminu 04 V, vredmin 05 V,"
            + "vredmaxu 06 V, vredmax 07 V, vaaddu 08 VX, vaadd 09 VX, vasubu 0a VX, vasub 0b VX,"
            + "vslide1up 0e X, vslide1down 0f X,"
            + "vdivu 20 VX, vdiv 21 VX, vremu 22 VX, vrem 23 VX, vmulhu 24 VX, vmul 25 VX,"
            + "vmulhsu 26 VX, vmulh 27 VX, vmadd 29 VX, vnmsub 2b VX, vmacc 2d VX, vnmsac 2f VX,"
            + "vwaddu 30 VX, vwadd 31 VX, vwsubu 32 VX, vwsub 33 VX, vwaddu.w 34 VX, vwadd.w 35 VX,"
            + "vwsubu.w 36 VX, vwsub.w 37 VX, vwmulu 38 VX, vwmulsu 3a VX, vwmul 3b VX,"
            + "vwmaccu 3c VX, vwmacc 3d VX, vwmaccus 3e X, vwmaccsu 3f VX",
        OPMVV,
        OPMVX);
    floating(
        "vfadd 00 VX, vfredusum 01 V, vfsub 02 VX, vfredosum 03 V, vfmin 04 VX, vfredmin 05 V,"
            + "vfmax 06 VX, vfredmax 07 V, vfsgnj 08 VX, vfsgnjn 09 VX, vfsgnjx 0a VX,"
            + "vfslide1up 0e X, vfslide1down 0f X, vmfeq 18 VX, vmfle 19 VX, vmflt 1b VX,"
            + "vmfne 1c VX, vmfgt 1d X, vmfge 1f X, vfdiv 20 VX, vfrdiv 21 X, vfmul 24 VX,"
            + "vfrsub 27 X, vfmadd 28 VX, vfnmadd 29 VX, vfmsub 2a VX, vfnmsub 2b VX, vfmacc 2c VX,"
            + "vfnmacc 2d VX, vfmsac 2e VX, vfnmsac 2f VX, vfwadd 30 VX, vfwredusum 31 V,"
            + "vfwsub 32 VX, vfwredosum 33 V, vfwadd.w 34 VX, vfwsub.w 36 VX, vfwmul 38 VX,"
            + "vfwmacc 3c VX, vfwnmacc 3d VX, vfwmsac 3e VX, vfwnmsac 3f VX");
    special();
  }

  private VectorInstructions() {}

  /** A register that most often may begin a group. */
  static int group(Chance chance, int multiplier) {
    int register = chance.percent(30) ? chance.between(0, 31) : chance.between(0, 3) * 8;
    if (chance.percent(50)) {
      register = chance.between(0, 31);
    }
    int aligned = Math.min(3, Math.max(0, multiplier) + (chance.percent(30) ? 1 : 0));
    return chance.percent(93) ? register & -1 << aligned : register;
  }

  private static void integer(String table, int vector, int scalar) {
    for (String line : table.split(",", -1)) {
      String[] words = line.strip().split(" ", -1);
      int base = OP_V | Integer.parseInt(words[1], 16) << 26;
      for (char form : words[2].toCharArray()) {
        switch (form) {
          case 'V' -> add(words[0] + ".v", base | vector << 12, Field.VECTOR);
          case 'X' -> add(words[0] + ".x", base | scalar << 12, Field.INTEGER);
          default -> add(words[0] + ".i", base | OPIVI << 12, Field.IMMEDIATE);
        }
      }
    }
  }

  private static void add(String mnemonic, int word, Field second) {
    ALL.add(new Operation(mnemonic, word, Field.VECTOR, second, Field.VECTOR, true, false));
  }

  private static void floating(String table) {
    for (String line : table.split(",", -1)) {
      String[] words = line.strip().split(" ", -1);
      int base = OP_V | Integer.parseInt(words[1], 16) << 26;
      for (char form : words[2].toCharArray()) {
        boolean vector = form == 'V';
        ALL.add(
            new Operation(
                words[0] + (vector ? ".v" : ".f"),
                base | (vector ? OPFVV : OPFVF) << 12,
                Field.VECTOR,
                vector ? Field.VECTOR : Field.FLOAT,
                Field.VECTOR,
                true,
                true));
      }
    }
  }

  private static void special() {
    for (int kind : new int[] {OPIVV, OPIVX, OPIVI}) {
      Field second = kind == OPIVV ? Field.VECTOR : kind == OPIVX ? Field.INTEGER : Field.IMMEDIATE;
      String suffix = kind == OPIVV ? ".v" : kind == OPIVX ? ".x" : ".i";
      int form = OP_V | kind << 12;
      ALL.add(three("vadc" + suffix, form | 0x10 << 26, second));
      if (kind != OPIVI) {
        ALL.add(three("vsbc" + suffix, form | 0x12 << 26, second));
      }
      ALL.add(three("vmerge" + suffix, form | 0x17 << 26, second));
      ALL.add(
          new Operation(
              "vmv.v" + suffix,
              form | 0x17 << 26 | UNMASKED,
              Field.VECTOR,
              second,
              Field.FIXED,
              false,
              false));
    }
    for (int registers = 1; registers <= 8; registers *= 2) {
      int word = OP_V | OPIVI << 12 | 0x27 << 26 | UNMASKED | (registers - 1) << 15;
      ALL.add(unary("vmv" + registers + "r", word, false, false));
    }
    for (int i = 2; i <= 7; i++) {
      String name = ((i & 1) == 0 ? "vzext.vf" : "vsext.vf") + (16 >> (i >> 1));
      ALL.add(unary(name, OP_V | OPMVV << 12 | 0x12 << 26 | i << 15, true, false));
    }
    for (int i : new int[] {8, 9, 10, 12, 13, 14}) {
      String name = List.of("vbrev8", "vrev8", "vbrev", "", "vclz", "vctz", "vcpop.v").get(i - 8);
      ALL.add(unary(name, OP_V | OPMVV << 12 | 0x12 << 26 | i << 15, true, false));
    }
    for (int i = 0; i < 8; i++) {
      String name =
          List.of("vmandn", "vmand", "vmor", "vmxor", "vmorn", "vmnand", "vmnor", "vmxnor").get(i);
      ALL.add(three(name, OP_V | OPMVV << 12 | (0x18 + i) << 26 | UNMASKED, Field.VECTOR));
    }
    int mask = OP_V | OPMVV << 12 | 0x14 << 26;
    ALL.add(unary("vmsbf", mask | 1 << 15, true, false));
    ALL.add(unary("vmsof", mask | 2 << 15, true, false));
    ALL.add(unary("vmsif", mask | 3 << 15, true, false));
    ALL.add(unary("viota", mask | 16 << 15, true, false));
    ALL.add(
        new Operation("vid", mask | 17 << 15, Field.VECTOR, Field.FIXED, Field.FIXED, true, false));
    ALL.add(three("vcompress", OP_V | OPMVV << 12 | 0x17 << 26 | UNMASKED, Field.VECTOR));
    int scalar = OP_V | 0x10 << 26;
    ALL.add(toScalar("vmv.x.s", scalar | OPMVV << 12 | UNMASKED, Field.INTEGER, false, false));
    ALL.add(toScalar("vcpop", scalar | OPMVV << 12 | 16 << 15, Field.INTEGER, true, false));
    ALL.add(toScalar("vfirst", scalar | OPMVV << 12 | 17 << 15, Field.INTEGER, true, false));
    ALL.add(toScalar("vfmv.f.s", scalar | OPFVV << 12 | UNMASKED, Field.FLOAT, false, true));
    ALL.add(
        new Operation(
            "vmv.s.x",
            scalar | OPMVX << 12 | UNMASKED,
            Field.VECTOR,
            Field.INTEGER,
            Field.FIXED,
            false,
            false));
    ALL.add(
        new Operation(
            "vfmv.s.f",
            scalar | OPFVF << 12 | UNMASKED,
            Field.VECTOR,
            Field.FLOAT,
            Field.FIXED,
            false,
            true));
    int merge = OP_V | OPFVF << 12 | 0x17 << 26;
    ALL.add(new Operation("vfmerge", merge, Field.VECTOR, Field.FLOAT, Field.VECTOR, false, true));
    ALL.add(
        new Operation(
            "vfmv.v.f", merge | UNMASKED, Field.VECTOR, Field.FLOAT, Field.FIXED, false, true));
    List<String> conversions =
        List.of("xu.f", "x.f", "f.xu", "f.x", "f.f", "rod", "rtz.xu", "rtz.x");
    for (int i = 0; i < 24; i++) {
      boolean there = (0xff_df_cf >> i & 1) != 0;
      if (there) {
        String name = List.of("vfcvt.", "vfwcvt.", "vfncvt.").get(i >> 3) + conversions.get(i & 7);
        ALL.add(unary(name, OP_V | OPFVV << 12 | 0x12 << 26 | i << 15, true, true));
      }
    }
    int unary = OP_V | OPFVV << 12 | 0x13 << 26;
    ALL.add(unary("vfsqrt", unary, true, true));
    ALL.add(unary("vfrsqrt7", unary | 4 << 15, true, true));
    ALL.add(unary("vfrec7", unary | 5 << 15, true, true));
    ALL.add(unary("vfclass", unary | 16 << 15, true, true));
  }

  private static Operation three(String mnemonic, int word, Field second) {
    return new Operation(mnemonic, word, Field.VECTOR, second, Field.VECTOR, false, false);
  }

  private static Operation unary(String mnemonic, int word, boolean masked, boolean floats) {
    return new Operation(mnemonic, word, Field.VECTOR, Field.FIXED, Field.VECTOR, masked, floats);
  }

  private static Operation toScalar(
      String mnemonic, int word, Field to, boolean masked, boolean floats) {
    return new Operation(mnemonic, word, to, Field.FIXED, Field.VECTOR, masked, floats);
  }
}
