// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Draws programs: {@code program(i)} is the same for ever for one seed. Stateless. */
final class Generator {
  private static final int MOST_NODES = 60;
  private static final int LEAST_NODES = 25;

  private final long seed;

  /**
   * A snippet, how often it is drawn, and in which worlds.
   *
   * @param divisible whether what it writes can be taken apart
   */
  private record Choice(int weight, Predicate<World> where, Snippet snippet, boolean divisible) {
    Choice(int weight, Predicate<World> where, Snippet snippet) {
      this(weight, where, snippet, false);
    }

    Choice(int weight, Snippet snippet, boolean divisible) {
      this(weight, world -> true, snippet, divisible);
    }

    Choice(int weight, Snippet snippet) {
      this(weight, snippet, false);
    }
  }

  /** How often vectors are used; more for a test of them alone. */
  private static final int VECTORS = Integer.getInteger("differential.vectors", 120);

  private static final List<Choice> CHOICES =
      List.of(
          new Choice(70, ComputationSnippets::base, true),
          new Choice(40, ComputationSnippets::pairs),
          new Choice(35, ComputationSnippets::multiply, true),
          new Choice(4, ComputationSnippets::mayBe),
          new Choice(6, ComputationSnippets::cacheBlock),
          new Choice(60, ComputationSnippets::bits, true),
          new Choice(60, ComputationSnippets::compressed),
          new Choice(35, ComputationSnippets::value, true),
          new Choice(70, ComputationSnippets::window, true),
          new Choice(140, World::floatsOn, ComputationSnippets::floating, true),
          new Choice(10, World::floatsOff, ComputationSnippets::floating, true),
          new Choice(5, World::vectorsOff, VectorSnippets::integers),
          new Choice(5, World::vectorsOff, VectorSnippets::csrs),
          new Choice(VECTORS / 6, World::vectorsOn, VectorSnippets::configure),
          new Choice(VECTORS / 8, World::vectorsOn, VectorSnippets::csrs),
          new Choice(VECTORS, World::vectorsOn, VectorSnippets::integers),
          new Choice(VECTORS, World::vectorsOn, VectorSnippets::floats),
          new Choice(VECTORS, World::vectorsOn, VectorSnippets::window),
          new Choice(VECTORS / 2, World::vectorsOn, VectorSnippets::faults),
          new Choice(60, AtomicSnippets::amo),
          new Choice(10, AtomicSnippets::pair),
          new Choice(3, AtomicSnippets::wrongAddress),
          new Choice(3, AtomicSnippets::lostToTrap),
          new Choice(2, AtomicSnippets::misalignedReservation),
          new Choice(12, World::floatsOn, CsrSnippets::floating),
          new Choice(5, CsrSnippets::counter),
          new Choice(10, CsrSnippets::read),
          new Choice(5, CsrSnippets::illegalWrite),
          new Choice(6, TrapSnippets::reserved),
          new Choice(8, TrapSnippets::garbage),
          new Choice(3, TrapSnippets::breakpoint),
          new Choice(4, TrapSnippets::environmentCall),
          new Choice(4, World::floatsOn, TrapSnippets::roundingMode),
          new Choice(6, World::user, TrapSnippets::privileged),
          new Choice(10, World::bare, PagingSnippets::access),
          new Choice(60, World::paged, PagingSnippets::access),
          new Choice(20, World::ownsTables, PagingSnippets::rewrite),
          new Choice(8, World::ownsTables, PagingSnippets::otherTables),
          new Choice(8, World::ownsTables, PagingSnippets::statusBetween),
          new Choice(3, World::supervisor, PagingSnippets::idleFence),
          new Choice(15, World::supervisor, SupervisorSnippets::status),
          new Choice(5, World::supervisor, SupervisorSnippets::floatState),
          new Choice(10, World::supervisor, SupervisorSnippets::plain),
          new Choice(4, World::supervisor, SupervisorSnippets::borrowed),
          new Choice(2, World::supervisor, SupervisorSnippets::badSatp),
          new Choice(12, World::supervisor, SupervisorSnippets::interrupt),
          new Choice(2, World::supervisor, SupervisorSnippets::bothInterrupts),
          new Choice(3, World::supervisor, SupervisorSnippets::waitForInterrupt),
          new Choice(6, World::supervisor, SupervisorSnippets::returnToSupervisor),
          new Choice(10, World::supervisor, SupervisorSnippets::visitUser),
          new Choice(8, World::codeWritable, CodeSnippets::overwrite),
          new Choice(1, World::codeFixed, CodeSnippets::overwrite),
          new Choice(8, CodeSnippets::rewriteRoutine),
          new Choice(8, World::ownsTables, CodeSnippets::exchangeRoutines),
          new Choice(2, CodeSnippets::fence),
          new Choice(3, CodeSnippets::middle));

  Generator(long seed) {
    this.seed = seed;
  }

  Program program(int index) {
    Chance chance = new Chance(seed, index);
    World world = Worlds.draw(chance);
    List<Choice> choices = CHOICES.stream().filter(choice -> choice.where().test(world)).toList();
    Draft draft =
        new Draft(
            chance,
            world,
            choices,
            choices.stream().mapToInt(Choice::weight).sum(),
            new Sequence.Trace());
    List<Node> nodes = draft.nodes(chance.between(LEAST_NODES, MOST_NODES), 0, false);
    return new Program(index, world, nodes);
  }

  /** One program in the making. */
  private record Draft(
      Chance chance, World world, List<Choice> choices, int weight, Sequence.Trace trace) {

    /** {@code loops}: how many are around; {@code called}: whether the link is in use. */
    List<Node> nodes(int count, int loops, boolean called) {
      List<Node> nodes = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        nodes.add(node(loops, called));
      }
      return nodes;
    }

    private Node node(int loops, boolean called) {
      int kind = chance.between(0, 99);
      if (kind < 7 && loops < 2) {
        int counter = loops == 0 ? Registers.OUTER_COUNTER : Registers.INNER_COUNTER;
        int times = chance.between(2, loops == 0 ? 7 : 4);
        return new Node.Loop(counter, times, nodes(chance.between(1, 4), loops + 1, called));
      } else if (kind < 18) {
        String jump = chance.oneOf(Assembler.SKIPS);
        int rs1 = chance.between(10, 15);
        int rs2 = chance.percent(15) ? rs1 : chance.oneOf(Registers.FREE);
        return new Node.Skip(jump, rs1, rs2, nodes(chance.between(1, 2), loops, called));
      } else if (kind < 22 && !called) {
        String call = chance.oneOf(Assembler.CALLS);
        String back = chance.oneOf(Assembler.RETURNS);
        return new Node.Call(call, back, nodes(chance.between(1, 3), loops, true));
      }
      Sequence sequence = new Sequence(chance, world, trace);
      Choice choice = draw();
      choice.snippet().write(sequence);
      return sequence.finish(choice.divisible());
    }

    private Choice draw() {
      int at = chance.between(0, weight - 1);
      for (Choice choice : choices) {
        at -= choice.weight();
        if (at < 0) {
          return choice;
        }
      }
      throw new AssertionError();
    }
  }
}
