// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.translator;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tombolo.riscv.isa.Op;

/**
 * Loads, or stores, of a piece by one base register that does not change in between. They are
 * checked together, at the first of them: the lowest address is aligned and in a page that is
 * known, and the highest one is in the same page.
 *
 * @param lowest the smallest immediate
 * @param highest the largest one
 * @param alignment bytes, the largest of an access
 */
record Group(int lowest, int highest, int alignment) {
  /** Larger structures cross the end of a page too often. */
  private static final int MOST_BYTES = 512;

  private static final class Growing {
    final List<Integer> members = new ArrayList<>();
    final List<Integer> immediates = new ArrayList<>();
    final List<Integer> sizes = new ArrayList<>();
    int smallest;
    int largest;
    int alignment;

    Growing(int index, int immediate, int size) {
      note(index, immediate, size);
      smallest = immediate;
      largest = immediate;
      alignment = size;
    }

    private void note(int index, int immediate, int size) {
      members.add(index);
      immediates.add(immediate);
      sizes.add(size);
    }

    /** Adds an access, unless it is too far off or not aligned with the others. */
    boolean add(int index, int immediate, int size) {
      int low = Math.min(smallest, immediate);
      int high = Math.max(largest, immediate);
      int most = Math.max(alignment, size);
      if (high - low > MOST_BYTES) {
        return false;
      }
      // Each is aligned to its own size if the lowest one is aligned to the largest size.
      for (int i = 0; i < immediates.size(); i++) {
        if (((immediates.get(i) - low) & (sizes.get(i) - 1)) != 0) {
          return false;
        }
      }
      if (((immediate - low) & (size - 1)) != 0) {
        return false;
      }
      note(index, immediate, size);
      smallest = low;
      largest = high;
      alignment = most;
      return true;
    }
  }

  /**
   * Finds the groups of a piece.
   *
   * @return by the index of each step that is in one: the group, with the first member marked by
   *     {@link Member#isFirst}
   */
  static Map<Integer, Member> of(Piece piece) {
    Map<Integer, Growing> growing = new LinkedHashMap<>();
    List<Growing> all = new ArrayList<>();
    List<Step> steps = piece.steps();
    for (int i = 0; i < steps.size(); i++) {
      long op = steps.get(i).op();
      if (MemoryWriter.isAccess(op)) {
        int key = MemoryWriter.key(op);
        int size = MemoryWriter.size(op);
        Growing group = growing.get(key);
        if (group == null || !group.add(i, Op.immediate(op), size)) {
          group = new Growing(i, Op.immediate(op), size);
          growing.put(key, group);
          all.add(group);
        }
      }
      int rd = destination(op);
      growing.remove(rd << 1);
      growing.remove(rd << 1 | 1);
    }
    Map<Integer, Member> members = new LinkedHashMap<>();
    for (Growing group : all) {
      if (group.members.size() > 1) {
        Group made = new Group(group.smallest, group.largest, group.alignment);
        for (int member : group.members) {
          members.put(member, new Member(made, member == group.members.getFirst()));
        }
      }
    }
    return members;
  }

  /**
   * An access in a group.
   *
   * @param isFirst whether it is the one before which the group is checked
   */
  record Member(Group group, boolean isFirst) {}

  /** Returns the register that an operation may write; that of no base if there is none. */
  private static int destination(long op) {
    int opcode = Op.opcode(op);
    boolean writes = opcode > Op.FSD || opcode < Op.SB;
    return writes ? Op.rd(op) : Op.SINK;
  }
}
