// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.machine.state.Stateful;
import tombolo.memory.HostMemory;

/** The contents of memory as state: whole pages, of which those that are zero are left out. */
record MemoryPages(MemorySegment memory) implements Stateful {
  private static final int PAGE = (int) HostMemory.PAGE_SIZE;
  private static final long END = -1;
  private static final MemorySegment ZEROES = MemorySegment.ofArray(new long[PAGE / Long.BYTES]);

  @Override
  public void save(StateWriter out) {
    for (long at = 0; at < memory.byteSize(); at += PAGE) {
      MemorySegment page = memory.asSlice(at, PAGE);
      if (page.mismatch(ZEROES) >= 0) {
        out.number(at).bytes(page.toArray(ValueLayout.JAVA_BYTE));
      }
    }
    out.number(END);
  }

  /** Restores pages; those that were left out stay as they are, which is zero in fresh memory. */
  @Override
  public void restore(StateReader in) {
    for (long at = in.int64(); at != END; at = in.int64()) {
      if (at < 0 || at % PAGE != 0 || at >= memory.byteSize()) {
        throw in.wrong("a page at 0x%x of 0x%x bytes".formatted(at, memory.byteSize()));
      }
      byte[] page = in.bytes(PAGE);
      if (page.length != PAGE) {
        throw in.wrong("a page of %d bytes".formatted(page.length));
      }
      memory.asSlice(at, PAGE).copyFrom(MemorySegment.ofArray(page));
    }
  }
}
