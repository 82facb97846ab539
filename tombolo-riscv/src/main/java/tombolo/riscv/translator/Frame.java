// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.translator;

import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import tombolo.riscv.hart.Region;
import tombolo.riscv.isa.Op;

/**
 * The local variables of a region's method, and the ways out of it. The guest's integer registers
 * are in locals between the method's beginning and its end; {@code Hart.x} is out of date
 * meanwhile, except where something is called that reads it.
 *
 * <p>Used while one method is written.
 */
final class Frame {
  static final int HART = 1;
  static final int PAGE = 2;
  private static final int LIMIT = 4;

  /** Instructions up to the limit; negative beyond it. */
  static final int REMAINING = 6;

  static final int PC = 8;

  /** The address of the access at hand. */
  static final int VA = 10;

  /** The TLB's arrays; the offsets are in the next variable. */
  static final int READ_TAGS = 12;

  static final int WRITE_TAGS = 14;

  /** An index into them. */
  static final int INDEX = 16;

  private static final int RESULT = 17;

  private static final int FLOATS = 32;
  private static final int FIRST_FREE = 18;

  final CodeBuilder code;
  private final int[] registers = new int[Op.SINK + 1];
  private final boolean[] written = new boolean[Op.SINK];
  private final int[] floats = new int[FLOATS];
  private final boolean[] floatsWritten = new boolean[FLOATS];
  private int next = FIRST_FREE;
  private final Label leave;
  private final Label stop;
  private final Label refuse;
  private final SortedMap<Integer, Label> exits = new TreeMap<>();
  private final List<Runnable> later = new ArrayList<>();

  /** Instructions of the piece at hand that are done but not yet counted. */
  private int uncounted;

  private Step step = new Step(0, 0, 0);

  Frame(CodeBuilder code) {
    this.code = code;
    this.leave = code.newLabel();
    this.stop = code.newLabel();
    this.refuse = code.newLabel();
  }

  int allocate() {
    int slot = next;
    next += 2;
    return slot;
  }

  /** Has a local variable stand for a register. */
  void use(int register, boolean writes) {
    if (register == 0 || register == Op.SINK) {
      return;
    }
    if (registers[register] == 0) {
      registers[register] = allocate();
    }
    written[register] |= writes;
  }

  /** Has a local variable stand for a floating-point register. */
  void useFloat(int register, boolean writes) {
    if (floats[register] == 0) {
      floats[register] = allocate();
    }
    floatsWritten[register] |= writes;
  }

  /** Writes the method's beginning. */
  void enter() {
    code.lload(LIMIT).aload(HART).getfield(Names.HART, "retired", CD_long).lsub();
    code.lstore(REMAINING);
    table("readTags", READ_TAGS);
    table("readOffsets", READ_TAGS + 1);
    table("writeTags", WRITE_TAGS);
    table("writeOffsets", WRITE_TAGS + 1);
    for (int i = 1; i < Op.SINK; i++) {
      if (registers[i] != 0) {
        load(i);
      }
    }
    for (int i = 0; i < FLOATS; i++) {
      loadFloat(i);
    }
  }

  private void table(String name, int slot) {
    code.aload(HART).getfield(Names.HART, "mmu", Names.MMU);
    code.getfield(Names.MMU, "tlb", Names.TLB).getfield(Names.TLB, name, Names.LONGS);
    code.astore(slot);
  }

  /** Fetches a register's value from the hart. */
  void load(int register) {
    if (register != 0 && register != Op.SINK && registers[register] != 0) {
      code.aload(HART).getfield(Names.HART, "x", Names.LONGS);
      code.loadConstant(register).laload().lstore(registers[register]);
    }
  }

  /** Has the hart hold a register's value. */
  void store(int register) {
    if (register != 0 && register != Op.SINK && registers[register] != 0) {
      code.aload(HART).getfield(Names.HART, "x", Names.LONGS);
      code.loadConstant(register).lload(registers[register]).lastore();
    }
  }

  /** As {@link #load}, of a floating-point register. */
  void loadFloat(int register) {
    if (floats[register] != 0) {
      code.aload(HART).getfield(Names.HART, "f", Names.LONGS);
      code.loadConstant(register).laload();
      putFloat(register);
    }
  }

  /** As {@link #store}, of a floating-point register. */
  void storeFloat(int register) {
    if (floats[register] != 0) {
      code.aload(HART).getfield(Names.HART, "f", Names.LONGS);
      code.loadConstant(register);
      getFloat(register).lastore();
    }
  }

  // Floating-point registers are doubles, because their way to the host's integer registers and
  // back takes as long as an addition. HotSpot moves any bits so, those of NaNs, too, in which
  // single-precision values are.

  /** Pushes the bits of a floating-point register. */
  CodeBuilder getFloat(int register) {
    return getDouble(register).invokestatic(Names.DOUBLE, "doubleToRawLongBits", Names.TO_BITS);
  }

  /** Pops bits into a floating-point register. */
  void putFloat(int register) {
    code.invokestatic(Names.DOUBLE, "longBitsToDouble", Names.TO_DOUBLE);
    putDouble(register);
  }

  /** Pushes a floating-point register. */
  CodeBuilder getDouble(int register) {
    return code.dload(floats[register]);
  }

  /** Pops a double into a floating-point register. */
  void putDouble(int register) {
    code.dstore(floats[register]);
  }

  /** Pushes a register. */
  CodeBuilder get(int register) {
    return register == 0 ? code.lconst_0() : code.lload(registers[register]);
  }

  /** Pops into a register. */
  void put(int register) {
    if (register == 0 || register == Op.SINK) {
      code.pop2();
    } else {
      code.lstore(registers[register]);
    }
  }

  CodeBuilder constant(long value) {
    return code.loadConstant(value);
  }

  /** Begins an instruction. */
  void begin(Step next, int done) {
    step = next;
    uncounted = done;
  }

  /** Counts the instructions of the piece, up to and with the one at hand. */
  void countAll() {
    count(uncounted + 1);
  }

  /** Returns a label that leaves the region for an offset, all instructions being counted. */
  Label exit(int offset) {
    return exits.computeIfAbsent(offset, _ -> code.newLabel());
  }

  /** Leaves the region with the pc that is in its local variable. */
  void leave() {
    code.goto_(leave);
  }

  /** Has something written behind the straight way. */
  void later(Runnable write) {
    later.add(write);
  }

  /** Returns a label at which the instruction at hand stops the hart. */
  Label stopsHere() {
    int word = step.word();
    return leavesHere(
        () -> {
          code.aload(HART).loadConstant(word).putfield(Names.HART, "instruction", CD_int);
          code.goto_(stop);
        });
  }

  /** Returns a label at which the interpreter takes over, at the instruction at hand. */
  Label interpretsHere() {
    return leavesHere(() -> code.goto_(refuse));
  }

  /** Returns a label at which the region is left before the instruction at hand. */
  private Label leavesHere(Runnable way) {
    Label label = code.newLabel();
    int offset = step.offset();
    int done = uncounted;
    later(
        () -> {
          code.labelBinding(label);
          pc(offset);
          count(done);
          way.run();
        });
    return label;
  }

  private void count(int instructions) {
    if (instructions != 0) {
      code.lload(REMAINING);
      constant(instructions).lsub().lstore(REMAINING);
    }
  }

  private void pc(int offset) {
    code.lload(PAGE);
    constant(offset).ladd().lstore(PC);
  }

  /** Writes the method's end. */
  void finish() {
    for (int i = 0; i < later.size(); i++) { // some add others
      later.get(i).run();
    }
    exits.forEach(
        (offset, label) -> {
          code.labelBinding(label);
          pc(offset);
          code.goto_(leave);
        });
    Label leaves = code.newLabel();
    result(stop, Region.STOPPED, leaves);
    result(refuse, Region.REFUSED, leaves);
    result(leave, Region.WENT_ON, leaves);
    code.labelBinding(leaves);
    end();
  }

  private void result(Label from, int result, Label to) {
    code.labelBinding(from).loadConstant(result).istore(RESULT).goto_(to);
  }

  private void end() {
    for (int i = 1; i < Op.SINK; i++) {
      if (written[i]) {
        store(i);
      }
    }
    for (int i = 0; i < FLOATS; i++) {
      if (floatsWritten[i]) {
        storeFloat(i);
      }
    }
    code.aload(HART).lload(PC).putfield(Names.HART, "pc", CD_long);
    code.aload(HART).lload(LIMIT).lload(REMAINING).lsub();
    code.putfield(Names.HART, "retired", CD_long);
    code.iload(RESULT).ireturn();
  }
}
