// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv;

import java.util.SplittableRandom;
import tombolo.machine.image.ElfImage;
import tombolo.machine.image.ElfMachine;
import tombolo.machine.image.FlatImage;
import tombolo.machine.image.KernelImage;
import tombolo.riscv.board.BoardLayout;

/** Ways to make an image that nobody would write. The same seed makes the same image. */
enum RandomImage {
  /** Random bytes. */
  GARBAGE {
    @Override
    GuestRun make(SplittableRandom random) {
      byte[] bytes = new byte[4096 << random.nextInt(6)];
      random.nextBytes(bytes);
      return flat(bytes);
    }
  },

  /** A real guest with some bytes of its file changed. */
  MUTATED_GUEST {
    @Override
    GuestRun make(SplittableRandom random) {
      byte[] file = GuestRun.bytes(GUESTS[random.nextInt(GUESTS.length)]).clone();
      for (int i = 1 << random.nextInt(8); i > 0; i--) {
        file[random.nextInt(file.length)] = (byte) random.nextInt();
      }
      KernelImage kernel = ElfImage.parse(file, ElfMachine.RISCV, "mutated");
      return GuestRun.of("mutated", kernel).append("harts=2 n=3 rounds=50 passes=10 size=64");
    }
  },

  /** Valid instructions and nonsense at random, with traps, paging and interrupts switched on. */
  SOUP {
    @Override
    GuestRun make(SplittableRandom random) {
      MachineCode code = skippingHandler(2); // into the middle of instructions, too
      startRegisters(code, random);
      if (random.nextInt(4) == 0) {
        code.li(MachineCode.T0, MachineCode.ENTRY + 4L * random.nextInt(4096)).csrw(0x105, 5);
      }
      code.li(MachineCode.T0, random.nextLong()).csrw(0x100, 5).csrw(0x104, 5);
      if (random.nextBoolean()) {
        // Some tables map everything to itself by gigapages, others are the soup itself.
        long root = random.nextBoolean() ? TABLE : MachineCode.ENTRY;
        code.li(MachineCode.T0, TABLE);
        for (int entry = 0; entry < 4; entry++) {
          code.li(MachineCode.T1, (long) entry << 28 | 1 | random.nextInt(256));
          code.store(3, MachineCode.T1, 8 * entry, MachineCode.T0);
        }
        code.li(MachineCode.T0, (8L + random.nextInt(2)) << 60 | root >>> 12).csrw(0x180, 5);
      }
      for (int i = 0; i < 4096; i++) {
        code.word(instruction(random));
      }
      return flat(code.bytes()).vcpus(1 + random.nextInt(2));
    }
  },

  /** Loads and stores of every size all over the devices, with a handler that skips what faults. */
  DEVICES {
    @Override
    GuestRun make(SplittableRandom random) {
      MachineCode code = skippingHandler(4);
      for (int i = 0; i < 500; i++) {
        long base = DEVICES_AT[random.nextInt(DEVICES_AT.length)];
        long offset = random.nextInt(1 << (1 + random.nextInt(27)));
        offset &= -1L << random.nextInt(4);
        code.li(MachineCode.T0, base + offset);
        int size = random.nextInt(4);
        if (random.nextBoolean()) {
          code.load(random.nextInt(7), MachineCode.T2, 0, MachineCode.T0);
        } else {
          code.li(MachineCode.T1, random.nextBoolean() ? random.nextLong() : random.nextInt(16));
          code.store(size, MachineCode.T1, 0, MachineCode.T0);
        }
      }
      code.jump(-4 * 512);
      return flat(code.bytes());
    }
  },

  /** Calls of the firmware with likely and unlikely arguments, on several harts. */
  FIRMWARE {
    @Override
    GuestRun make(SplittableRandom random) {
      MachineCode code = skippingHandler(4);
      code.li(MachineCode.T0, 0x222).csrw(0x104, MachineCode.T0); // what is pending ends waiting
      for (int i = 0; i < 200; i++) {
        long[] arguments = new long[1 + random.nextInt(5)];
        for (int j = 0; j < arguments.length; j++) {
          arguments[j] = argument(random);
        }
        long extension = EXTENSIONS[random.nextInt(EXTENSIONS.length)];
        // Seldom what stops or suspends a hart: the rest would not be heard of.
        long likely = extension == HART_STATE ? 2L * random.nextInt(2) : random.nextInt(5);
        code.sbi(extension, random.nextInt(32) == 0 ? argument(random) : likely, arguments);
      }
      code.jump(-4 * 512);
      return flat(code.bytes()).vcpus(1 + random.nextInt(4));
    }
  };

  static final long RAM = 32 << 20;

  private static final long TABLE = 0x8010_0000L;
  private static final String[] GUESTS = {
    "hello",
    "selftest",
    "litmus",
    "hammer",
    "echo",
    "ticker",
    "trap-loop",
    "tlb-miss",
    "mmio-loop",
    "bench/floating-point",
    "bench/quicksort"
  };
  private static final long[] DEVICES_AT = {
    BoardLayout.UART_BASE,
    BoardLayout.PLIC_BASE,
    BoardLayout.PLIC_BASE + 0x20_0000,
    BoardLayout.APLIC_BASE,
    BoardLayout.APLIC_BASE + 0x1c00,
    BoardLayout.IMSIC_BASE,
    BoardLayout.PCI_CONFIG_BASE,
    BoardLayout.FINISHER_BASE + 4, // not what would end it at once
    BoardLayout.PCI_LOW.base(),
    BoardLayout.PCI_HIGH.base(),
    BoardLayout.RAM_BASE - 0x1000
  };
  private static final long HART_STATE = 0x48534d;
  private static final long[] EXTENSIONS = {
    0, 1, 2, 3, 0x10, 0x54494d45, 0x735049, 0x52464e43, HART_STATE, 0x4442434e, 0x485643, -1
  };
  private static final int[] MAJOR_OPCODES = {
    0x03, 0x07, 0x0f, 0x13, 0x17, 0x1b, 0x23, 0x27, 0x2f, 0x33, 0x37, 0x3b, 0x43, 0x47, 0x4b, 0x4f,
    0x53, 0x63, 0x67, 0x6f, 0x73
  };
  private static final int[] CSRS = {
    0x001, 0x002, 0x003, 0x100, 0x104, 0x105, 0x106, 0x10a, 0x140, 0x141, 0x142, 0x143, 0x144,
    0x14d, 0x150, 0x151, 0x15c, 0x180, 0xc00, 0xc01, 0xc02, 0xdb0, 0x300, 0x7ff
  };
  private static final int[] SYSTEM = {
    MachineCode.ECALL,
    MachineCode.EBREAK,
    MachineCode.SRET,
    MachineCode.SFENCE_VMA,
    MachineCode.FENCE_I
  };

  /**
   * An image.
   *
   * @throws tombolo.machine.image.ImageException if it is not even that
   */
  abstract GuestRun make(SplittableRandom random);

  private static GuestRun flat(byte[] bytes) {
    return GuestRun.of("random", FlatImage.parse(bytes, MachineCode.ENTRY, "random"));
  }

  private static void startRegisters(MachineCode code, SplittableRandom random) {
    for (int register = 1; register < 32; register++) {
      code.li(register, argument(random));
    }
  }

  /** Sets stvec to a handler that goes on that many bytes further, and jumps over it. */
  private static MachineCode skippingHandler(int bytes) {
    MachineCode code = new MachineCode();
    code.li(MachineCode.T0, MachineCode.ENTRY + 32).csrw(0x105, MachineCode.T0);
    while (code.size() < 28) {
      code.addi(0, 0, 0);
    }
    code.jump(24); // to behind the handler
    code.csrr(MachineCode.T3, 0x141).addi(MachineCode.T3, MachineCode.T3, bytes);
    code.csrw(0x141, MachineCode.T3).word(MachineCode.SRET);
    return code.addi(0, 0, 0);
  }

  private static long argument(SplittableRandom random) {
    return switch (random.nextInt(8)) {
      case 0 -> random.nextLong();
      case 1 -> random.nextInt();
      case 2 -> DEVICES_AT[random.nextInt(DEVICES_AT.length)] + random.nextInt(64);
      case 3 -> 1L << random.nextInt(64);
      case 4 -> -1;
      case 5 -> BoardLayout.RAM_BASE + random.nextInt((int) RAM + 4096);
      default -> random.nextInt(8);
    };
  }

  private static int instruction(SplittableRandom random) {
    int fields = random.nextInt() & ~0x7f;
    return switch (random.nextInt(16)) {
      case 0 -> random.nextInt();
      case 1 -> SYSTEM[random.nextInt(SYSTEM.length)];
      case 2 -> CSRS[random.nextInt(CSRS.length)] << 20 | (fields & 0xfff80) | 0x73;
      case 3 -> random.nextInt(1 << 16) * 0x10001; // the same compressed one twice
      case 4 -> MachineCode.jal(random.nextInt(32), 2 * (random.nextInt(64) - 8));
      // Words that more often than not are valid: few values of function 7.
      default ->
          MAJOR_OPCODES[random.nextInt(MAJOR_OPCODES.length)]
              | (random.nextBoolean() ? fields : fields & 0x61ffff80);
    };
  }
}
