// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.differential;

import java.util.List;

/**
 * A piece of a program that can be taken out and leaves a program. {@link Minimizer} relies on it:
 * nothing outside of a node refers into it, and no node needs another one.
 */
sealed interface Node {

  /**
   * Instructions in the order of their execution, but for short jumps.
   *
   * @param divisible whether each of them also makes sense without the others
   */
  record Straight(List<Word> words, boolean divisible) implements Node {
    public Straight {
      words = List.copyOf(words);
    }
  }

  /** The body, {@code times} times over. Nothing in it writes {@code counter}. */
  record Loop(int counter, int times, List<Node> body) implements Node {
    public Loop {
      body = List.copyOf(body);
    }
  }

  /** The body, or not: {@code jump} is a branch, or an unconditional jump, over it. */
  record Skip(String jump, int rs1, int rs2, List<Node> body) implements Node {
    public Skip {
      body = List.copyOf(body);
    }
  }

  /** The body as a subroutine, called once. */
  record Call(String call, String back, List<Node> body) implements Node {
    public Call {
      body = List.copyOf(body);
    }
  }
}
