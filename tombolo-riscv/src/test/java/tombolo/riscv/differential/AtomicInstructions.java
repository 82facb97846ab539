// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tombolo.riscv.differential.Template.Shape;

/** RV64A: both widths of each operation, with random aq and rl bits. */
final class AtomicInstructions {
  private static final int WORD = 0x0000202f;

  private static final Map<String, Integer> OPERATIONS =
      Map.of(
          "amoadd", 0x00,
          "amoswap", 0x01,
          "amoxor", 0x04,
          "amoor", 0x08,
          "amoand", 0x0c,
          "amomin", 0x10,
          "amomax", 0x14,
          "amominu", 0x18,
          "amomaxu", 0x1c);

  private AtomicInstructions() {}

  static final List<Template> AMOS = amos();

  static Word loadReserved(Chance chance, int size, int rd, int address) {
    int word = word(0x02, size) | order(chance);
    return new Word("lr" + suffix(size), Encode.r(word, rd, address, 0));
  }

  static Word storeConditional(Chance chance, int size, int rd, int address, int rs2) {
    int word = word(0x03, size) | order(chance);
    return new Word("sc" + suffix(size), Encode.r(word, rd, address, rs2));
  }

  private static List<Template> amos() {
    List<Template> amos = new ArrayList<>();
    OPERATIONS.keySet().stream()
        .sorted()
        .forEach(
            name -> {
              amos.add(amo(name, 4));
              amos.add(amo(name, 8));
            });
    return List.copyOf(amos);
  }

  private static Template amo(String name, int size) {
    int word = word(OPERATIONS.getOrDefault(name, 0), size);
    return new Template(
        name + suffix(size),
        Shape.ATOMIC,
        size,
        o -> Encode.r(word | order(o.chance()), o.rd(), o.address(), o.rs()));
  }

  private static int word(int operation, int size) {
    return WORD | operation << 27 | (size == 8 ? 0x1000 : 0);
  }

  /** The aq and rl bits. */
  private static int order(Chance chance) {
    return chance.between(0, 3) << 25;
  }

  private static String suffix(int size) {
    return size == 8 ? ".d" : ".w";
  }
}
