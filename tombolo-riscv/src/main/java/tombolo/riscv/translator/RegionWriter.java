// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.translator;

import static java.lang.constant.ConstantDescs.INIT_NAME;
import static java.lang.constant.ConstantDescs.MTD_void;

import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.classfile.instruction.SwitchCase;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import tombolo.riscv.hart.Region;
import tombolo.riscv.isa.FloatDecoder;
import tombolo.riscv.isa.Op;

/**
 * Writes the class file of a region: one method that does what the instructions of an {@link
 * Outline} do, with the guest's registers in local variables.
 *
 * <p>Every cycle of a region has a jump to where it comes from or before, and such a jump polls
 * attention and the limit.
 */
final class RegionWriter {
  private final Outline outline;
  private final CodeBuilder code;
  private final Frame frame;
  private final IntegerWriter integers;
  private final MemoryWriter memory;
  private final FloatWriter floats;
  private final Map<Integer, Label> starts = new LinkedHashMap<>();

  private RegionWriter(Outline outline, CodeBuilder code) {
    this.outline = outline;
    this.code = code;
    this.frame = new Frame(code);
    this.integers = new IntegerWriter(frame);
    this.memory = new MemoryWriter(frame);
    this.floats = new FloatWriter(frame);
  }

  /** Writes the class file. */
  static byte[] write(Outline outline) {
    ClassFile format = ClassFile.of(ClassFile.DebugElementsOption.DROP_DEBUG);
    return format.build(
        Names.TRANSLATED,
        type ->
            type.withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SUPER)
                .withSuperclass(Names.REGION)
                .withMethodBody(
                    INIT_NAME,
                    MTD_void,
                    0,
                    code ->
                        code.aload(0).invokespecial(Names.REGION, INIT_NAME, MTD_void).return_())
                .withMethodBody(
                    "run", Names.RUN, 0, code -> new RegionWriter(outline, code).write()));
  }

  /** Returns the length of the bytecode of a class file's region, in bytes. */
  static int codeBytes(byte[] file) {
    return ClassFile.of().parse(file).methods().stream()
        .filter(method -> method.methodName().equalsString("run"))
        .flatMap(method -> method.findAttribute(Attributes.code()).stream())
        .mapToInt(CodeAttribute::codeLength)
        .sum();
  }

  private void write() {
    for (Piece piece : outline.pieces().values()) {
      starts.put(piece.offset(), code.newLabel());
      piece.steps().forEach(this::use);
    }
    demand();
    frame.enter();
    memory.enter();
    code.goto_(starts.get(outline.entry()));
    outline.pieces().values().forEach(this::write);
    frame.finish();
  }

  private static boolean isFloat(long op) {
    int opcode = Op.opcode(op);
    return opcode == Op.FLOAT || (opcode >= Op.FLW && opcode <= Op.FSD);
  }

  /** Ends the method at once where the hart is not as its floating-point operations need it. */
  private void demand() {
    int demands = 0;
    boolean any = false;
    for (Piece piece : outline.pieces().values()) {
      for (Step step : piece.steps()) {
        any |= isFloat(step.op());
        if (Op.opcode(step.op()) == Op.FLOAT) {
          demands |= FloatWriter.demands(step.op());
        }
      }
    }
    if (any) {
      Label fits = code.newLabel();
      code.aload(Frame.HART).loadConstant(demands);
      code.invokestatic(Names.REGION, "floatsFit", Names.FLOATS_FIT).ifne(fits);
      code.loadConstant(Region.UNFIT).ireturn();
      code.labelBinding(fits);
    }
  }

  private void use(Step step) {
    long op = step.op();
    int opcode = Op.opcode(op);
    if (opcode == Op.VECTOR) {
      VectorWriter.use(frame, op);
      return;
    }
    if (opcode == Op.FLH || opcode == Op.FSH) {
      frame.use(Op.rs1(op), false);
      frame.useFloat(opcode == Op.FSH ? Op.rs2(op) : Op.rd(op), opcode == Op.FLH);
      return;
    }
    if (opcode == Op.FLOAT) {
      FloatWriter.use(frame, op);
      return;
    }
    if (opcode >= Op.FLW && opcode <= Op.FSD) {
      frame.use(Op.rs1(op), false);
      frame.useFloat(opcode >= Op.FSW ? Op.rs2(op) : Op.rd(op), opcode <= Op.FLD);
      memory.use(op);
      return;
    }
    if (opcode != Op.J && opcode != Op.JAL) { // whose fields hold where to return to
      frame.use(Op.rs1(op), false);
      frame.use(Op.rs2(op), false);
    }
    if (opcode != Op.J) {
      frame.use(Op.rd(op), true);
    }
    memory.use(op);
  }

  private void write(Piece piece) {
    code.labelBinding(starts.get(piece.offset()));
    List<Step> steps = piece.steps();
    Map<Integer, Group.Member> members = Group.of(piece);
    SortedMap<Integer, Label> checks = new TreeMap<>();
    boolean isDirty = false;
    for (int i = 0; i < steps.size(); i++) {
      frame.begin(steps.get(i), i);
      long op = steps.get(i).op();
      Group.Member member = members.get(i);
      if (member == null) {
        write(steps.get(i));
      } else {
        if (member.isFirst()) {
          Label fails = code.newLabel();
          checks.put(i, fails);
          memory.check(op, member.group(), fails);
        }
        memory.writeChecked(op, member.group());
      }
      isDirty = dirty(op, isDirty);
    }
    end(piece);
    if (!checks.isEmpty()) {
      frame.later(() -> writeUnchecked(piece, checks));
    }
  }

  /** Writes a piece again, from its first group on, each access for itself. */
  private void writeUnchecked(Piece piece, SortedMap<Integer, Label> checks) {
    List<Step> steps = piece.steps();
    boolean isDirty = false;
    for (int i = checks.firstKey(); i < steps.size(); i++) {
      Label label = checks.get(i);
      if (label != null) {
        code.labelBinding(label);
      }
      frame.begin(steps.get(i), i);
      write(steps.get(i));
      isDirty = dirty(steps.get(i).op(), isDirty);
    }
    end(piece);
  }

  /** Notes that a piece has changed floating-point state, once; what has trapped has not. */
  private boolean dirty(long op, boolean isDirty) {
    if (isDirty || !isFloat(op) || (Op.opcode(op) >= Op.FSW && Op.opcode(op) <= Op.FSD)) {
      return isDirty;
    }
    code.aload(Frame.HART).invokevirtual(Names.HART, "dirtyFloatingPoint", Names.NOTHING);
    return true;
  }

  /** Goes to what follows a piece that ends without a jump. */
  private void end(Piece piece) {
    List<Step> steps = piece.steps();
    int last = Op.opcode(steps.getLast().op());
    if (last > Op.JR) {
      frame.countAll();
    }
    if (last > Op.JR || last <= Op.BGEU) {
      jump(steps.getLast().offset(), piece.end());
    }
  }

  private void write(Step step) {
    long op = step.op();
    switch (Op.opcode(op)) {
      case Op.BEQ, Op.BNE, Op.BLT, Op.BGE, Op.BLTU, Op.BGEU -> {
        frame.countAll();
        integers.branch(op, target(step.offset(), Op.immediate(op)));
      }
      case Op.J, Op.JAL -> {
        frame.countAll();
        if (Op.opcode(op) == Op.JAL) {
          link(op, (int) op >>> 16);
        }
        jump(step.offset(), Op.immediate(op));
      }
      case Op.JR, Op.JALR -> {
        frame.countAll();
        frame.get(Op.rs1(op));
        frame.constant(op >> 52).ladd();
        frame.constant(~1).land().lstore(Frame.PC);
        if (Op.opcode(op) == Op.JALR) {
          link(op, (int) (op >>> 32) & 0xffff);
        } else {
          returnWithin(step.offset());
        }
        frame.leave();
      }
      case Op.FENCE ->
          code.loadConstant(Op.immediate(op)).invokestatic(Names.INTERPRETER, "fence", Names.FENCE);
      case Op.PAUSE -> code.invokestatic(Names.THREAD, "onSpinWait", Names.NOTHING);
      case Op.ATOMIC -> call(op, Names.ATOMICS);
      case Op.FLOAT -> {
        if (!floats.write(op)) {
          callFloat(op);
        }
      }
      case Op.VECTOR -> VectorWriter.write(frame, op);
      case Op.FLH -> {
        halfAccess(op, "load");
        frame.loadFloat(Op.rd(op));
      }
      case Op.FSH -> {
        frame.storeFloat(Op.rs2(op));
        halfAccess(op, "store");
      }
      default -> {
        if (MemoryWriter.isAccess(op)) {
          memory.write(op);
        } else if (!integers.write(op)) {
          throw new IllegalArgumentException("no operation to translate: " + Op.opcode(op));
        }
      }
    }
  }

  private void link(long op, int offset) {
    code.lload(Frame.PAGE);
    frame.constant(offset).ladd();
    frame.put(Op.rd(op));
  }

  /** Goes on in the region if a jump by register leads behind one of its calls. */
  private void returnWithin(int from) {
    if (outline.returns().isEmpty()) {
      return;
    }
    List<SwitchCase> cases = new ArrayList<>();
    for (int to : outline.returns()) {
      cases.add(SwitchCase.of(to, target(from, to)));
    }
    Label outside = code.newLabel();
    code.lload(Frame.PC);
    frame.constant(-4096).land().lload(Frame.PAGE).lcmp().ifne(outside);
    code.lload(Frame.PC).l2i().loadConstant(Region.Code.SIZE - 1).iand();
    code.lookupswitch(outside, cases);
    code.labelBinding(outside);
  }

  /** Calls what both engines share; it reads and writes the hart's registers. */
  private void call(long op, java.lang.constant.ClassDesc owner) {
    frame.store(Op.rs1(op));
    frame.store(Op.rs2(op));
    frame.store(Op.rd(op));
    code.aload(Frame.HART);
    frame.constant(op);
    code.invokestatic(owner, "execute", Names.EXECUTE).ifeq(frame.stopsHere());
    frame.load(Op.rd(op));
  }

  /** Calls what both engines share; it reads and writes floating-point registers. */
  private void callFloat(long op) {
    frame.store(Op.rs1(op));
    frame.storeFloat(Op.rs1(op) & 31);
    frame.storeFloat(Op.rs2(op) & 31);
    frame.storeFloat(Op.immediate(op) >>> 16 & 31);
    code.aload(Frame.HART);
    frame.constant(op);
    code.invokestatic(Names.FLOAT_OPS, "execute", Names.EXECUTE).ifeq(frame.stopsHere());
    if ((Op.immediate(op) & 0x3f) >= FloatDecoder.FIRST_TO_INTEGER) {
      frame.load(Op.rd(op));
    } else {
      frame.loadFloat(Op.rd(op));
    }
  }

  private void halfAccess(long op, String name) {
    code.aload(Frame.HART);
    frame.constant(op);
    frame.get(Op.rs1(op));
    frame.constant(Op.immediate(op)).ladd();
    code.invokestatic(Names.FLOAT_OPS, name, Names.FLOAT_ACCESS).ifeq(frame.stopsHere());
  }

  private void jump(int from, int to) {
    code.goto_(target(from, to));
  }

  /**
   * Returns where a jump to an offset goes: to its piece, by a poll if it is a jump back, or out.
   */
  private Label target(int from, int to) {
    Label start = starts.get(to);
    if (start == null) {
      return frame.exit(to);
    }
    if (to > from) {
      return start;
    }
    Label poll = code.newLabel();
    frame.later(
        () -> {
          code.labelBinding(poll);
          code.lload(Frame.REMAINING);
          code.getstatic(Names.HART, "ATTENTION", Names.HANDLE).aload(Frame.HART);
          code.invokevirtual(Names.HANDLE, "getOpaque", Names.ATTENTION).lor();
          code.lconst_0().lcmp().ifge(start);
          code.goto_(frame.exit(to));
        });
    return poll;
  }
}
