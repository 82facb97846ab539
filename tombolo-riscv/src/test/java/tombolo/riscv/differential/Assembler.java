// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Lays nodes out as instructions. What it makes is position-independent. */
final class Assembler {
  static final Map<String, Integer> BRANCHES =
      Map.of(
          "beq", 0x00000063,
          "bne", 0x00001063,
          "blt", 0x00004063,
          "bge", 0x00005063,
          "bltu", 0x00006063,
          "bgeu", 0x00007063);

  /** Jumps over a body: c.beqz and c.bnez reach 256 bytes, c.j 2 KiB, the branches 4 KiB. */
  static final List<String> SKIPS =
      List.of("beq", "bne", "blt", "bge", "bltu", "bgeu", "c.beqz", "c.bnez", "jal", "c.j");

  static final List<String> CALLS = List.of("jal", "jalr", "c.jalr");

  static final List<String> RETURNS = List.of("jalr", "c.jr");

  private Assembler() {}

  static List<Word> assemble(List<Node> nodes) {
    List<Word> words = new ArrayList<>();
    for (Node node : nodes) {
      switch (node) {
        case Node.Straight straight -> words.addAll(straight.words());
        case Node.Loop loop -> loop(words, loop);
        case Node.Skip skip -> skip(words, skip);
        case Node.Call call -> call(words, call);
      }
    }
    return words;
  }

  static int bytes(List<Word> words) {
    return words.stream().mapToInt(Word::bytes).sum();
  }

  private static void loop(List<Word> words, Node.Loop loop) {
    List<Word> body = assemble(loop.body());
    int counter = loop.counter();
    words.add(new Word("addi", Encode.i(0x13, counter, 0, loop.times())));
    words.addAll(body);
    words.add(new Word("addi", Encode.i(0x13, counter, counter, -1)));
    words.add(new Word("bne", Encode.b(0x1063, counter, 0, -bytes(body) - 4)));
  }

  private static void skip(List<Word> words, Node.Skip skip) {
    List<Word> body = assemble(skip.body());
    int bytes = bytes(body);
    boolean near = bytes < 250;
    boolean middling = bytes < 2000;
    words.add(
        switch (skip.jump()) {
          case "c.beqz" -> near ? compressed(skip, 0xc001, bytes) : branch("beq", skip, bytes);
          case "c.bnez" -> near ? compressed(skip, 0xe001, bytes) : branch("bne", skip, bytes);
          case "c.j" -> middling ? new Word("c.j", Encode.cj(0xa001, bytes + 2)) : jump(bytes);
          case "jal" -> jump(bytes);
          default -> branch(skip.jump(), skip, bytes);
        });
    words.addAll(body);
  }

  private static Word compressed(Node.Skip skip, int word, int bytes) {
    return new Word(skip.jump(), Encode.cb(word, skip.rs1(), bytes + 2));
  }

  private static Word branch(String mnemonic, Node.Skip skip, int bytes) {
    int word = BRANCHES.getOrDefault(mnemonic, 0);
    return new Word(mnemonic, Encode.b(word, skip.rs1(), skip.rs2(), bytes + 4));
  }

  private static Word jump(int bytes) {
    return new Word("jal", Encode.j(0x6f, 0, bytes + 4));
  }

  /**
   * The call, a jump over the subroutine, the subroutine. The body may write ra, so the link is in
   * a register of its own.
   */
  private static void call(List<Word> words, Node.Call call) {
    int link = Registers.LINK;
    List<Word> body = new ArrayList<>();
    if (call.call().equals("c.jalr")) {
      body.add(new Word("c.mv", Encode.cr(0x8002, link, Registers.RA)));
    }
    body.addAll(assemble(call.body()));
    body.add(
        call.back().equals("c.jr")
            ? new Word("c.jr", Encode.cr(0x8002, link, 0))
            : new Word("jalr", Encode.i(0x67, 0, link, 0)));
    switch (call.call()) {
      case "jalr" -> {
        words.add(new Word("auipc", Encode.u(0x17, link, 0)));
        // To an odd address: jalr clears the lowest bit.
        words.add(new Word("jalr", Encode.i(0x67, link, link, 4 + 4 + 4 + 1)));
      }
      case "c.jalr" -> {
        words.add(new Word("auipc", Encode.u(0x17, link, 0)));
        words.add(new Word("addi", Encode.i(0x13, link, link, 4 + 4 + 2 + 4)));
        words.add(new Word("c.jalr", Encode.cr(0x9002, link, 0)));
      }
      default -> words.add(new Word("jal", Encode.j(0x6f, link, 4 + 4)));
    }
    words.add(new Word("jal", Encode.j(0x6f, 0, bytes(body) + 4)));
    words.addAll(body);
  }
}
