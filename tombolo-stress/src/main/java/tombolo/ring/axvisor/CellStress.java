// SPDX-License-Identifier: Apache-2.0

package tombolo.ring.axvisor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * What two threads may see of a region v3: a fragment as a whole or not at all, a cell's old bytes
 * until it is read, and the region only when it is laid out.
 */
public final class CellStress {
  private CellStress() {}

  private static MemorySegment memory() {
    return Arena.ofAuto().allocate(AxvisorLayout.CELL.regionSize(), 64);
  }

  private static AxvisorRegion subscribe(MemorySegment memory) {
    if (AxvisorRegion.subscribe(memory) instanceof RegionLook.Ready(AxvisorRegion region)) {
      return region;
    }
    throw new IllegalStateException("no region");
  }

  /** A message that holds one number. */
  private static int send(MessageSender sender, int number) {
    MemorySegment source = MemorySegment.ofArray(new int[] {number});
    return sender.send(source, 0, 4) == SendProgress.COMPLETE ? 1 : 0;
  }

  private static int receive(MessageReceiver receiver, II_Result result) {
    MemorySegment buffer = MemorySegment.ofArray(new int[1]);
    ReceiveProgress progress = receiver.receive(buffer, 0, 4);
    result.r2 = buffer.get(ValueLayout.JAVA_INT, 0);
    return switch (progress) {
      case EMPTY -> 0;
      case COMPLETE -> (int) receiver.length();
      case ABORTED, TOO_LONG, PEER_RESTARTED, POISONED -> -1;
    };
  }

  /** One sends, the other looks. */
  @JCStressTest
  @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "Not there yet.")
  @Outcome(id = "4, 42", expect = Expect.ACCEPTABLE, desc = "There, and whole.")
  @State
  public static class Publication {
    private final MemorySegment memory = memory();
    private final MessageSender sender = AxvisorRegion.publish(memory, AxvisorLayout.CELL).sender();
    private final MessageReceiver receiver = subscribe(memory).receiver();

    /** Sends. */
    @Actor
    public void send() {
      CellStress.send(sender, 42);
    }

    /** Looks. */
    @Actor
    public void receive(II_Result result) {
      result.r1 = CellStress.receive(receiver, result);
    }
  }

  /** The ring is full of ones; what is received is one even when the sender has room again. */
  @JCStressTest
  @Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "No room yet.")
  @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "Room, behind the receiver.")
  @State
  public static class Reuse {
    private final MemorySegment memory = memory();
    private final MessageSender sender = AxvisorRegion.publish(memory, AxvisorLayout.CELL).sender();
    private final MessageReceiver receiver = subscribe(memory).receiver();

    /** Fills the ring. */
    public Reuse() {
      for (int i = 0; i < AxvisorLayout.CELL.capacity(); i++) {
        CellStress.send(sender, 1);
      }
    }

    /** Wants room. */
    @Actor
    public void send(II_Result result) {
      result.r1 = CellStress.send(sender, 2);
    }

    /** Makes room by receiving. */
    @Actor
    public void receive(II_Result result) {
      CellStress.receive(receiver, result);
    }
  }

  /** One lays the region out, the other looks. */
  @JCStressTest
  @Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "Not there yet.")
  @Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "There, with every field.")
  @State
  public static class Layout {
    private final MemorySegment memory = memory();

    /** Lays it out. */
    @Actor
    public void publish() {
      AxvisorRegion.publish(memory, AxvisorLayout.CELL);
    }

    /** Looks. */
    @Actor
    public void look(I_Result result) {
      result.r1 =
          switch (AxvisorRegion.subscribe(memory)) {
            case RegionLook.NotYet _ -> 0;
            case RegionLook.Ready _ -> 1;
            case RegionLook.ReadyV2 _, RegionLook.Refused _ -> 2;
          };
    }
  }
}
