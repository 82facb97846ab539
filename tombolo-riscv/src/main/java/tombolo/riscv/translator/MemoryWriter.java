// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.translator;

import static java.lang.constant.ConstantDescs.CD_byte;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_short;
import static java.lang.constant.ConstantDescs.CD_void;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.LinkedHashMap;
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

  private static final int PAGE_BITS = 12;

  private static final long HOST_ADDRESSES = (1L << 56) - 1;

  private record Window(int page, int offset, int host) {}

  private final Frame frame;
  private final CodeBuilder code;
  private final Map<Integer, Window> windows = new LinkedHashMap<>();

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
    masked(window, group.alignment());
    code.lstore(window.host);
    none(window, none, fails);
  }

  /** Writes an access whose group is checked. */
  void writeChecked(long op, Group group) {
    int distance = Op.immediate(op) - group.lowest();
    access(
        op,
        () -> {
          code.lload(window(op).host);
          if (distance != 0) {
            frame.constant(distance).ladd();
          }
        });
  }

  /**
   * Pushes the host's address of the access at hand. The mask changes nothing, but C2 sees by it
   * that the address is in range and aligned, and leaves out both checks.
   */
  private void masked(Window window, int alignment) {
    code.lload(Frame.VA).lload(window.offset).ladd();
    frame.constant(HOST_ADDRESSES & -alignment).land();
  }

  private void address(long op, int immediate) {
    frame.get(Op.rs1(op));
    if (immediate != 0) {
      frame.constant(immediate).ladd();
    }
    code.lstore(Frame.VA);
  }

  /** Has a window be the page of the access at hand, if the TLB knows it. */
  private void fill(long op, Window window, long mask, Label none) {
    int tags = isStore(op) ? Frame.WRITE_TAGS : Frame.READ_TAGS;
    code.lload(Frame.VA).bipush(PAGE_BITS).lushr().l2i();
    code.aload(tags).arraylength().iconst_1().isub().iand().istore(Frame.INDEX);
    code.aload(tags).iload(Frame.INDEX).laload();
    code.lload(Frame.VA);
    frame.constant(mask).land().lcmp().ifne(none);
    code.aload(tags + 1).iload(Frame.INDEX).laload().lstore(window.offset);
    code.lload(Frame.VA);
    frame.constant(PAGE).land().lstore(window.page);
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
    access(op, () -> masked(window, size(op)));
    none(window, slow, frame.interpretsHere());
  }

  /**
   * Writes the load or store itself.
   *
   * @param address pushes an address of the host that C2 knows to be in range and aligned
   */
  private void access(long op, Runnable address) {
    code.getstatic(Names.HOST_BYTES, handle(op), Names.HANDLE);
    code.getstatic(Names.HOST_BYTES, "ALL", Names.SEGMENT);
    address.run();
    if (isStore(op)) {
      put(op);
    } else {
      get(op);
    }
  }

  private static String handle(long op) {
    return switch (size(op)) {
      case 1 -> "BYTE_HANDLE";
      case 2 -> "SHORT_HANDLE";
      case 4 -> "INT";
      default -> "LONG";
    };
  }

  private static ClassDesc type(long op) {
    return switch (size(op)) {
      case 1 -> CD_byte;
      case 2 -> CD_short;
      case 4 -> CD_int;
      default -> CD_long;
    };
  }

  /** Ints and longs are accessed opaque, see {@code HostBytes}. */
  private static boolean isOpaque(long op) {
    return size(op) >= Integer.BYTES;
  }

  private void get(long op) {
    code.invokevirtual(
        Names.HANDLE,
        isOpaque(op) ? "getOpaque" : "get",
        MethodTypeDesc.of(type(op), Names.SEGMENT, CD_long));
    switch (Op.opcode(op)) {
      case Op.LB, Op.LH, Op.LW -> code.i2l();
      case Op.LBU -> code.loadConstant(0xff).iand().i2l();
      case Op.LHU -> code.loadConstant(0xffff).iand().i2l();
      case Op.LWU -> {
        code.i2l();
        frame.constant(0xffffffffL).land();
      }
      case Op.FLW -> {
        code.i2l();
        frame.constant(0xffffffffL << 32).lor();
      }
      default -> {}
    }
    if (Op.opcode(op) == Op.FLW || Op.opcode(op) == Op.FLD) {
      frame.putFloat(Op.rd(op));
    } else {
      frame.put(Op.rd(op));
    }
  }

  private void put(long op) {
    if (Op.opcode(op) >= Op.FSW) {
      frame.getFloat(Op.rs2(op));
    } else {
      frame.get(Op.rs2(op));
    }
    switch (Op.opcode(op)) {
      case Op.SB -> code.l2i().i2b();
      case Op.SH -> code.l2i().i2s();
      case Op.SW, Op.FSW -> code.l2i();
      default -> {}
    }
    code.invokevirtual(
        Names.HANDLE,
        isOpaque(op) ? "setOpaque" : "set",
        MethodTypeDesc.of(CD_void, Names.SEGMENT, CD_long, type(op)));
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
