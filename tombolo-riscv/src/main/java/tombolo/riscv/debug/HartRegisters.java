// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.debug;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import tombolo.machine.debug.RegisterSet;
import tombolo.machine.debug.RegisterSet.Register;
import tombolo.riscv.hart.Csrs;
import tombolo.riscv.hart.Hart;

/**
 * The registers of one hart by GDB's names and sets ("RISC-V Features" in GDB's manual). Looking
 * changes nothing. Used while the hart does not execute.
 */
public final class HartRegisters {
  private static final String[] X = {
    "zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "fp", "s1", "a0", "a1", "a2", "a3", "a4",
    "a5", "a6", "a7", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4",
    "t5", "t6"
  };
  private static final String[] F = {
    "ft0", "ft1", "ft2", "ft3", "ft4", "ft5", "ft6", "ft7", "fs0", "fs1", "fa0", "fa1", "fa2",
    "fa3", "fa4", "fa5", "fa6", "fa7", "fs2", "fs3", "fs4", "fs5", "fs6", "fs7", "fs8", "fs9",
    "fs10", "fs11", "ft8", "ft9", "ft10", "ft11"
  };

  private static final int REGISTERS = 32;
  private static final int SP = 2;

  // Numbers of registers: the sets follow each other.
  private static final int PC = REGISTERS;
  private static final int FIRST_FLOAT = PC + 1;
  private static final int FIRST_CSR = FIRST_FLOAT + REGISTERS;

  /** A CSR and its number. */
  private record Csr(String name, int number) {}

  private static final List<Csr> FLOAT_CSRS =
      List.of(new Csr("fflags", 0x001), new Csr("frm", 0x002), new Csr("fcsr", 0x003));

  private static final List<Csr> OTHER_CSRS =
      List.of(
          new Csr("vstart", 0x008),
          new Csr("vxsat", 0x009),
          new Csr("vxrm", 0x00a),
          new Csr("vcsr", 0x00f),
          new Csr("sstatus", 0x100),
          new Csr("sie", 0x104),
          new Csr("stvec", 0x105),
          new Csr("scounteren", 0x106),
          new Csr("senvcfg", 0x10a),
          new Csr("sscratch", 0x140),
          new Csr("sepc", 0x141),
          new Csr("scause", 0x142),
          new Csr("stval", 0x143),
          new Csr("sip", 0x144),
          new Csr("stimecmp", 0x14d),
          new Csr("satp", 0x180),
          new Csr("cycle", 0xc00),
          new Csr("time", 0xc01),
          new Csr("instret", 0xc02),
          new Csr("vl", 0xc20),
          new Csr("vtype", 0xc21),
          new Csr("vlenb", 0xc22));

  private static final List<Csr> CSRS = concat(FLOAT_CSRS, OTHER_CSRS);

  private static final int PRIVILEGE = FIRST_CSR + CSRS.size();
  private static final int FIRST_VECTOR = PRIVILEGE + 1;
  private static final int END = FIRST_VECTOR + REGISTERS;

  private final Hart hart;
  private final Csrs csrs;

  /** Shows the registers of a hart. */
  public HartRegisters(Hart hart, Csrs csrs) {
    this.hart = hart;
    this.csrs = csrs;
  }

  private static List<Csr> concat(List<Csr> first, List<Csr> second) {
    List<Csr> all = new ArrayList<>(first);
    all.addAll(second);
    return List.copyOf(all);
  }

  /** Returns the sets, whose order numbers the registers. */
  public List<RegisterSet> sets() {
    int vectorBytes = hart.vectors.lengthInBytes();
    List<Register> integers = new ArrayList<>();
    List<Register> floats = new ArrayList<>();
    List<Register> vectors = new ArrayList<>();
    for (int i = 0; i < REGISTERS; i++) {
      integers.add(
          new Register(
              X[i], Long.SIZE, i == SP ? RegisterSet.Type.DATA_ADDRESS : RegisterSet.Type.INTEGER));
      floats.add(new Register(F[i], Long.SIZE, RegisterSet.Type.FLOAT));
      vectors.add(new Register("v" + i, vectorBytes * Byte.SIZE, RegisterSet.Type.VECTOR));
    }
    integers.add(new Register("pc", Long.SIZE, RegisterSet.Type.CODE_ADDRESS));
    FLOAT_CSRS.forEach(
        csr -> floats.add(new Register(csr.name, Integer.SIZE, RegisterSet.Type.INTEGER)));
    return List.of(
        new RegisterSet("org.gnu.gdb.riscv.cpu", integers),
        new RegisterSet("org.gnu.gdb.riscv.fpu", floats),
        new RegisterSet(
            "org.gnu.gdb.riscv.csr",
            OTHER_CSRS.stream()
                .map(csr -> new Register(csr.name, Long.SIZE, RegisterSet.Type.INTEGER))
                .toList()),
        new RegisterSet(
            "org.gnu.gdb.riscv.virtual",
            List.of(new Register("priv", Long.SIZE, RegisterSet.Type.INTEGER))),
        new RegisterSet("org.gnu.gdb.riscv.vector", vectors));
  }

  /** Returns a register's bytes. */
  public byte[] read(int number) {
    Objects.checkIndex(number, END);
    if (number >= FIRST_VECTOR) {
      int length = hart.vectors.lengthInBytes();
      int at = (number - FIRST_VECTOR) * length;
      return Arrays.copyOfRange(hart.vectors.registerBytes(), at, at + length);
    }
    if (number < PC) {
      return bytes(number == 0 ? 0 : hart.x[number]);
    }
    if (number == PC) {
      return bytes(hart.pc);
    }
    if (number < FIRST_CSR) {
      return bytes(hart.f[number - FIRST_FLOAT]);
    }
    if (number == PRIVILEGE) {
      return bytes(hart.privilege);
    }
    byte[] value = bytes(csrs.peek(CSRS.get(number - FIRST_CSR).number));
    return Arrays.copyOf(value, size(number));
  }

  private static int size(int csr) {
    return csr - FIRST_CSR < FLOAT_CSRS.size() ? Integer.BYTES : Long.BYTES;
  }

  private static byte[] bytes(long value) {
    return ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
  }

  /** Writes a register; false if it cannot be written. */
  public boolean write(int number, byte[] value) {
    Objects.checkIndex(number, END);
    int size = read(number).length;
    if (value.length != size) {
      throw new IllegalArgumentException(
          "register %d has %d bytes, not %d".formatted(number, size, value.length));
    }
    if (number >= FIRST_VECTOR) {
      System.arraycopy(
          value, 0, hart.vectors.registerBytes(), (number - FIRST_VECTOR) * size, size);
      return true;
    }
    long bits =
        ByteBuffer.wrap(Arrays.copyOf(value, Long.BYTES)).order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (number < PC) {
      if (number != 0) {
        hart.x[number] = bits;
      }
      return true;
    }
    if (number == PC) {
      hart.pc = bits & -2L;
      return true;
    }
    if (number < FIRST_CSR) {
      hart.f[number - FIRST_FLOAT] = bits;
      return true;
    }
    return number != PRIVILEGE && csrs.poke(CSRS.get(number - FIRST_CSR).number, bits);
  }
}
