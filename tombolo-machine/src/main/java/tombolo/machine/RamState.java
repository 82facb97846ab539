// SPDX-License-Identifier: Apache-2.0
package tombolo.machine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.machine.state.Stateful;
import tombolo.memory.HostMemory;

/**
 * A VM's RAM as state: the pages that hold something, each with its number, in ascending order, and
 * -1 behind the last one.
 */
record RamState(HostMemory ram) implements Stateful {
  private static final int PAGE = (int) HostMemory.PAGE_SIZE;
  private static final MemorySegment ZEROES =
      MemorySegment.ofArray(new long[PAGE / Long.BYTES]).asReadOnly();
  private static final long NO_MORE = -1;

  @Override
  public void save(StateWriter out) {
    out.number(ram.size());
    for (long page = 0; page < pages(); page++) {
      MemorySegment content = page(page);
      if (content.mismatch(ZEROES) >= 0) {
        out.number(page);
        out.bytes(content.toArray(ValueLayout.JAVA_BYTE));
      }
    }
    out.number(NO_MORE);
  }

  @Override
  public void restore(StateReader in) {
    long size = in.int64();
    if (size != ram.size()) {
      throw in.wrong("%d bytes of RAM, but this VM has %d".formatted(size, ram.size()));
    }
    zero();
    long next = 0;
    for (long page; (page = in.int64()) != NO_MORE; next = page + 1) {
      if (page < next || page >= pages()) {
        throw in.wrong("page %d comes after page %d of %d".formatted(page, next - 1, pages()));
      }
      byte[] content = in.bytes(PAGE);
      if (content.length != PAGE) {
        throw in.wrong("page %d has %d bytes".formatted(page, content.length));
      }
      MemorySegment.copy(content, 0, page(page), ValueLayout.JAVA_BYTE, 0, PAGE);
    }
  }

  /** Zeroes all of the RAM, but leaves zero pages alone, which need no memory of the host then. */
  void zero() {
    for (long page = 0; page < pages(); page++) {
      MemorySegment content = page(page);
      if (content.mismatch(ZEROES) >= 0) {
        content.fill((byte) 0);
      }
    }
  }

  private long pages() {
    return ram.size() / PAGE;
  }

  private MemorySegment page(long number) {
    return ram.segment().asSlice(number * PAGE, PAGE);
  }
}
