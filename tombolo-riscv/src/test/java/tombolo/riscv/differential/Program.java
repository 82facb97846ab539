// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.differential;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** A random program: what {@link Generator} drew, or what {@link Minimizer} left of it. */
record Program(int index, World world, List<Node> nodes) {
  /** What a7 holds when ebreak means the end. */
  private static final int END = 0x454e4421;

  Program {
    nodes = List.copyOf(nodes);
  }

  Program withNodes(List<Node> others) {
    return new Program(index, world, others);
  }

  Program withIndex(int other) {
    return new Program(other, world, nodes);
  }

  /** The instructions from the entry on, the ending included. */
  List<Word> words() {
    List<Word> words = new ArrayList<>(Assembler.assemble(nodes));
    words.addAll(ending());
    return words;
  }

  /** The code, to be placed at the world's entry. */
  byte[] code() {
    List<Word> words = words();
    ByteBuffer code = ByteBuffer.allocate(Assembler.bytes(words)).order(ByteOrder.LITTLE_ENDIAN);
    for (Word word : words) {
      if (word.bytes() == 4) {
        code.putInt(word.bits());
      } else {
        code.putShort((short) word.bits());
      }
    }
    int room = Arena.CODE_PAGES * 4096 - world.entryOffset();
    if (code.capacity() > room) {
      throw new IllegalStateException("program " + index + " is longer than its code pages");
    }
    return code.array();
  }

  /** Where an instruction fault goes on that no snippet expected: at the ending. */
  long ending(byte[] code) {
    return world.entry() + code.length - Assembler.bytes(ending());
  }

  private static List<Word> ending() {
    int low = END << 20 >> 20;
    return List.of(
        new Word("lui", Encode.u(0x37, Registers.A7, (END - low) >>> 12)),
        new Word("addiw", Encode.i(0x1b, Registers.A7, Registers.A7, low)),
        new Word("ebreak", 0x00100073));
  }
}
