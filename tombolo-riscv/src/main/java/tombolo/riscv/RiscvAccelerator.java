// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tombolo.machine.Accelerator;
import tombolo.machine.Availability;
import tombolo.machine.Board;
import tombolo.machine.BoardContext;
import tombolo.machine.BoardModel;
import tombolo.machine.image.ElfMachine;
import tombolo.riscv.board.BoardLayout;
import tombolo.riscv.board.RiscvBoard;
import tombolo.riscv.hart.CodeBudget;
import tombolo.riscv.hart.Dispatcher;
import tombolo.riscv.hart.Engine;
import tombolo.riscv.hart.Interpreter;
import tombolo.riscv.hart.SharedMemory;
import tombolo.riscv.interrupt.InterruptController;
import tombolo.riscv.translator.Translator;
import tombolo.riscv.vector.VectorUnit;

/**
 * RISC-V harts in pure Java: the accelerator {@code riscv}, which runs wherever Java runs.
 *
 * <p>Its guests see what KVM gives a RISC-V guest: S-mode and U-mode of RV64GC with Zicsr,
 * Zifencei, Zicntr, Zicond, Zimop, Zicbom, Zicbop, Zicboz, Zfa, Zfhmin, Zcb, Zcmop, Zba, Zbb, Zbs,
 * V, Zvfhmin, Zvbb, Sstc and Svadu, Sv39 and Sv48, and an SBI 2.0 below; on a board with the
 * interrupt controller {@code aia} also Ssaia. Immutable; thread-safe.
 */
public final class RiscvAccelerator implements Accelerator {
  /** Guest physical address of the first byte of RAM. */
  public static final long RAM_BASE = BoardLayout.RAM_BASE;

  /** The most bytes of RAM that a VM can have: the space up to the PCI bridge's upper window. */
  public static final long MAX_RAM = BoardLayout.MAX_RAM;

  private static final Translator CODE = Translator.ofProcess();
  private static final Engine TRANSLATOR = new Dispatcher(CODE);
  private static final String TRANSLATOR_NAME = "translator";
  private static final String INTERPRETER_NAME = "interpreter";

  /** Bytes of a vector register: long, because a copy then takes few instructions. */
  private static final int VECTOR_LENGTH = 256;

  /** Bytes of decoded code of a VM that is watched. */
  private static final long CODE_BYTES = 32L << 20;

  private final List<BoardModel> boards;
  private final Engine engine;
  private final CodeBudget budget;
  private final int vectorLength;
  private final SharedMemory.@Nullable Maker shared;

  /**
   * Makes the accelerator. Its default board has a PLIC; {@link #boards} names the others, and
   * {@link tombolo.machine.VmConfig#withBoard} chooses one.
   */
  public RiscvAccelerator() {
    this(InterruptController.PLIC, TRANSLATOR);
  }

  /**
   * Makes an accelerator whose harts run on another engine.
   *
   * @param engine shared by all harts of all boards
   */
  RiscvAccelerator(InterruptController controller, Engine engine) {
    this(controller, engine, CodeBudget.ofProcess());
  }

  /**
   * Makes an accelerator whose harts have a budget of their own for decoded code.
   *
   * @param engine shared by all harts of all boards
   */
  RiscvAccelerator(InterruptController controller, Engine engine, CodeBudget budget) {
    this(
        Stream.concat(Stream.of(controller), Arrays.stream(InterruptController.values()))
            .distinct()
            .map(RiscvAccelerator::model)
            .toList(),
        engine,
        budget,
        VECTOR_LENGTH,
        null);
  }

  private RiscvAccelerator(
      List<BoardModel> boards,
      Engine engine,
      CodeBudget budget,
      int vectorLength,
      SharedMemory.@Nullable Maker shared) {
    VectorUnit.requireLength(vectorLength);
    this.boards = boards;
    this.engine = engine;
    this.budget = budget;
    this.vectorLength = vectorLength;
    this.shared = shared;
  }

  /**
   * Returns an accelerator whose harts have vectors of another length.
   *
   * @param bytes a power of two from 16 to 256
   */
  public RiscvAccelerator withVectorLength(int bytes) {
    return new RiscvAccelerator(boards, engine, budget, bytes, shared);
  }

  /**
   * Returns an accelerator for a simulation: something stands between its harts and the memory that
   * others see.
   *
   * @param watching executes the harts' code, and goes on where a hart stops with {@link
   *     tombolo.riscv.hart.Hart.Stop#SHARED}
   * @param maker makes what watches a hart's accesses
   */
  @SuppressWarnings("exports") // for the simulation alone
  public RiscvAccelerator watched(Engine watching, SharedMemory.Maker maker) {
    // What other simulations decode at the same time must not change this one.
    return new RiscvAccelerator(boards, watching, new CodeBudget(CODE_BYTES), vectorLength, maker);
  }

  private static BoardModel model(InterruptController controller) {
    return new BoardModel(
        controller.label(), ElfMachine.RISCV, RAM_BASE, MAX_RAM, BoardLayout.SPARE_SOURCE);
  }

  @Override
  public String name() {
    return "riscv";
  }

  @Override
  public Availability availability() {
    return new Availability.Available("RV64GC harts in pure Java, up to " + RiscvBoard.MAX_HARTS);
  }

  @Override
  public int maxVcpus() {
    return RiscvBoard.MAX_HARTS;
  }

  @Override
  public List<BoardModel> boards() {
    return boards;
  }

  @Override
  public List<String> engines() {
    return List.of(TRANSLATOR_NAME, INTERPRETER_NAME);
  }

  @Override
  public Accelerator withEngine(String name) {
    return switch (name) {
      case TRANSLATOR_NAME ->
          new RiscvAccelerator(boards, TRANSLATOR, budget, vectorLength, shared);
      case INTERPRETER_NAME ->
          new RiscvAccelerator(boards, new Interpreter(), budget, vectorLength, shared);
      default -> Accelerator.super.withEngine(name);
    };
  }

  @Override
  public Map<String, Long> engineFigures() {
    if (!(engine instanceof Dispatcher)) {
      return Map.of();
    }
    Map<String, Long> figures = new LinkedHashMap<>();
    figures.put("regions", (long) CODE.regions());
    figures.put("region bytecode", CODE.bytes());
    figures.put("region evictions", CODE.evicted());
    return figures;
  }

  @Override
  public Board createBoard(BoardModel model, BoardContext context) {
    return new RiscvBoard(
        context,
        InterruptController.of(model.interruptController()),
        engine,
        budget,
        vectorLength,
        shared);
  }
}
