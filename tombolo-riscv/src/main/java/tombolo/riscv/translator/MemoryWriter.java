// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.translator;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import tombolo.riscv.isa.Op;

/**
 * Writes loads and stores.
 *
 * <p>Each base register has a window for loads and one for stores: the address of the page of the
 * last access by that register, and the difference between the host's addresses and the guest's
 * there. An access within the window costs one comparison. Windows begin empty each time that the
 * region is entered, so nothing that the TLB forgets survives in one.
 */
final class MemoryWriter {
  private static final long PAGE = -4096L;

  /** The address of no page. */
  private static final long NO_PAGE = -1;

  private static final long NO_OFFSET = Long.MIN_VALUE;

  private record Window(int page, int offset, int host) {}

  private final Frame frame;
  private final CodeBuilder code;
  private final Map<Integer, Window> windows = new HashMap<>();

  MemoryWriter(Frame frame) {
    this.frame = frame;
    this.code = frame.code;
  }

  /** Gives the base register of a load or store a window; before the method begins. */
  void use(long op) {
    if (isAccess(op)) {
      windows.computeIfAbsent(
          key(op), _ -> new Window(frame.allocate(), frame.allocate(), frame.allocate()));
    }
  }

  private Window window(long op) {
    return Objects.requireNonNull(windows.get(key(op)));
  }

  static boolean isAccess(long op) {
    return Op.opcode(op) >= Op.LB && Op.opcode(op) <= Op.FSD;
  }

  private static boolean isStore(long op) {
    int opcode = Op.opcode(op);
    return (opcode >= Op.SB && opcode <= Op.SD) || opcode >= Op.FSW;
  }

  static int key(long op) {
    return Op.rs1(op) << 1 | (isStore(op) ? 1 : 0);
  }

  /** Empties all windows at the method's beginning. */
  void enter() {
    windows
        .values()
        .forEach(
            window -> {
              frame.constant(NO_PAGE).lstore(window.page);
              code.lconst_0().lstore(window.offset);
            });
  }

  static int size(long op) {
    return switch (Op.opcode(op)) {
      case Op.LB, Op.LBU, Op.SB -> 1;
      case Op.LH, Op.LHU, Op.SH -> 2;
      case Op.LW, Op.LWU, Op.SW, Op.FLW, Op.FSW -> 4;
      default -> 8;
    };
  }

  /** Writes the check of a group, which goes elsewhere if it fails. */
  void check(long op, Group group, Label fails) {
    Window window = window(op);
    long mask = PAGE | (group.alignment() - 1);
    Label hit = code.newLabel();
    Label none = code.newLabel();
    address(op, group.lowest());
    code.lload(Frame.VA);
    frame.constant(mask).land().lload(window.page).lcmp().ifeq(hit);
    fill(op, window, mask, none);
    code.labelBinding(hit);
    if (group.highest() != group.lowest()) {
      code.lload(Frame.VA);
      frame.constant(group.highest() - group.lowest()).ladd();
      frame.constant(PAGE).land().lload(window.page).lcmp().ifne(fails);
    }
    code.lload(Frame.VA).lload(window.offset).ladd();
    frame.constant(group.alignment());
    code.invokestatic(Names.HOST_BYTES, "masked", Names.BINARY).lstore(window.host);
    none(window, none, fails);
  }

  /** Writes an access whose group is checked. */
  void writeChecked(long op, Group group) {
    code.lload(window(op).host);
    int distance = Op.immediate(op) - group.lowest();
    if (distance != 0) {
      frame.constant(distance).ladd();
    }
    access(op, true);
  }

  private void address(long op, int immediate) {
    frame.get(Op.rs1(op));
    if (immediate != 0) {
      frame.constant(immediate).ladd();
    }
    code.lstore(Frame.VA);
  }

  /** Has a window be the page of the access at hand. */
  private void fill(long op, Window window, long mask, Label none) {
    int tags = isStore(op) ? Frame.WRITE_TAGS : Frame.READ_TAGS;
    code.aload(tags).aload(tags + 1).lload(Frame.VA);
    frame.constant(mask);
    code.invokestatic(Names.REGION, "offset", Names.OFFSET);
    code.lstore(window.offset).lload(window.offset);
    frame.constant(NO_OFFSET).lcmp().ifeq(none);
    code.lload(Frame.VA);
    frame.constant(PAGE).land().lstore(window.page);
  }

  /**
   * Writes what follows a host address.
   *
   * @param isMasked whether C2 knows that it is in range and aligned
   */
  private void access(long op, boolean isMasked) {
    if (isStore(op)) {
      put(op, isMasked);
    } else {
      get(op, isMasked);
    }
  }

  /** Writes an access. */
  void write(long op) {
    Window window = window(op);
    long mask = PAGE | (size(op) - 1);
    Label hit = code.newLabel();
    Label slow = code.newLabel();

    address(op, Op.immediate(op));
    code.lload(Frame.VA);
    frame.constant(mask).land().lload(window.page).lcmp().ifeq(hit);
    fill(op, window, mask, slow);
    code.labelBinding(hit);
    code.lload(Frame.VA).lload(window.offset).ladd();
    access(op, false);
    none(window, slow, frame.interpretsHere());
  }

  private void get(long op, boolean isMasked) {
    switch (Op.opcode(op)) {
      case Op.LB -> bytes(isMasked ? "byteAt" : "getByte", Names.GET_BYTE).i2l();
      case Op.LBU ->
          bytes(isMasked ? "byteAt" : "getByte", Names.GET_BYTE).loadConstant(0xff).iand().i2l();
      case Op.LH -> bytes(isMasked ? "shortAt" : "getShort", Names.GET_SHORT).i2l();
      case Op.LHU ->
          bytes(isMasked ? "shortAt" : "getShort", Names.GET_SHORT)
              .loadConstant(0xffff)
              .iand()
              .i2l();
      case Op.LW -> bytes(isMasked ? "intAt" : "getInt", Names.GET_INT).i2l();
      case Op.LWU -> {
        bytes(isMasked ? "intAt" : "getInt", Names.GET_INT).i2l();
        frame.constant(0xffffffffL).land();
      }
      case Op.FLW -> {
        bytes(isMasked ? "intAt" : "getInt", Names.GET_INT).i2l();
        frame.constant(0xffffffffL << 32).lor();
      }
      default -> bytes(isMasked ? "longAt" : "getLong", Names.GET_LONG);
    }
    if (Op.opcode(op) == Op.FLW || Op.opcode(op) == Op.FLD) {
      frame.putFloat(Op.rd(op));
    } else {
      frame.put(Op.rd(op));
    }
  }

  private void put(long op, boolean isMasked) {
    if (Op.opcode(op) >= Op.FSW) {
      frame.getFloat(Op.rs2(op));
    } else {
      frame.get(Op.rs2(op));
    }
    switch (Op.opcode(op)) {
      case Op.SB -> {
        code.l2i().i2b();
        bytes(isMasked ? "byteAt" : "putByte", Names.PUT_BYTE);
      }
      case Op.SH -> {
        code.l2i().i2s();
        bytes(isMasked ? "shortAt" : "putShort", Names.PUT_SHORT);
      }
      case Op.SW, Op.FSW -> {
        code.l2i();
        bytes(isMasked ? "intAt" : "putInt", Names.PUT_INT);
      }
      default -> bytes(isMasked ? "longAt" : "putLong", Names.PUT_LONG);
    }
  }

  private CodeBuilder bytes(String name, java.lang.constant.MethodTypeDesc type) {
    return code.invokestatic(Names.HOST_BYTES, name, type);
  }

  /** Empties a window, and goes on elsewhere. */
  private void none(Window window, Label none, Label to) {
    frame.later(
        () -> {
          code.labelBinding(none);
          frame.constant(NO_PAGE).lstore(window.page);
          code.goto_(to);
        });
  }
}
