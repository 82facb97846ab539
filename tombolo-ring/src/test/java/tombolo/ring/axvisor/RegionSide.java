// SPDX-License-Identifier: Apache-2.0
package tombolo.ring.axvisor;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.List;
import tombolo.ring.CRing;
import tombolo.testing.CLibrary;
import tombolo.testing.WorkTree;

/** One side of a region v3, in Java or in the guests' C. For one thread at a time. */
sealed interface RegionSide {
  /** Makes sides. */
  interface Language {
    RegionSide publish(MemorySegment memory, AxvisorLayout layout);

    /** Subscribes to a region that is there; a test of other looks does them itself. */
    RegionSide subscribe(MemorySegment memory);
  }

  SendProgress send(MemorySegment source, long length);

  SendProgress abort();

  ReceiveProgress receive(MemorySegment buffer, long size);

  /** Returns the length of the message that was received last. */
  long length();

  /** This project's side. */
  record InJava(AxvisorRegion region) implements RegionSide {
    static final Language LANGUAGE =
        new Language() {
          @Override
          public RegionSide publish(MemorySegment memory, AxvisorLayout layout) {
            return new InJava(AxvisorRegion.publish(memory, layout));
          }

          @Override
          public RegionSide subscribe(MemorySegment memory) {
            return new InJava(RegionFixture.subscribe(memory));
          }

          @Override
          public String toString() {
            return "Java";
          }
        };

    @Override
    public SendProgress send(MemorySegment source, long length) {
      return region.sender().send(source, 0, length);
    }

    @Override
    public SendProgress abort() {
      return region.sender().abort();
    }

    @Override
    public ReceiveProgress receive(MemorySegment buffer, long size) {
      return region.receiver().receive(buffer, 0, size);
    }

    @Override
    public long length() {
      return region.receiver().length();
    }
  }

  /** The guests' side, guests/lib/axvisor.c. */
  record InC(Functions functions, MemorySegment side, MemorySegment lengthCell)
      implements RegionSide {
    private static final List<SendProgress> SEND_ANSWERS =
        List.of(SendProgress.COMPLETE, SendProgress.BACK_PRESSURED);
    private static final List<ReceiveProgress> RECEIVE_ANSWERS =
        List.of(
            ReceiveProgress.COMPLETE,
            ReceiveProgress.EMPTY,
            ReceiveProgress.ABORTED,
            ReceiveProgress.TOO_LONG,
            ReceiveProgress.POISONED,
            ReceiveProgress.PEER_RESTARTED);
    private static final int RESTARTED = 5;

    @Override
    public SendProgress send(MemorySegment source, long length) {
      return sent(CLibrary.call(() -> (int) functions.send.invokeExact(side, source, length)));
    }

    @Override
    public SendProgress abort() {
      return sent(CLibrary.call(() -> (int) functions.abort.invokeExact(side)));
    }

    private static SendProgress sent(int answer) {
      return answer < SEND_ANSWERS.size()
          ? SEND_ANSWERS.get(answer)
          : answer == RESTARTED ? SendProgress.PEER_RESTARTED : SendProgress.POISONED;
    }

    @Override
    public ReceiveProgress receive(MemorySegment buffer, long size) {
      return RECEIVE_ANSWERS.get(
          CLibrary.call(() -> (int) functions.receive.invokeExact(side, buffer, size, lengthCell)));
    }

    @Override
    public long length() {
      return lengthCell.get(ValueLayout.JAVA_LONG, 0);
    }

    /** Stores both indices without a look before; returns whether one of them moved. */
    boolean advance() {
      return CLibrary.call(() -> (boolean) functions.advance.invokeExact(side));
    }
  }

  /** The C functions, compiled for the host. */
  final class Functions implements Language {
    private static final MemoryLayout POINTER = ValueLayout.ADDRESS;
    private static final MemoryLayout LONG = ValueLayout.JAVA_LONG;
    private static final MemoryLayout INT = ValueLayout.JAVA_INT;
    private static final MemoryLayout BOOLEAN = ValueLayout.JAVA_BOOLEAN;

    private final MethodHandle publish;
    private final MethodHandle subscribe;
    private final MethodHandle send;
    private final MethodHandle abort;
    private final MethodHandle receive;
    private final MethodHandle isChannel;
    private final MethodHandle advance;
    private final long sideSize;

    private Functions(CLibrary library) {
      publish =
          library.function(
              "side_publish", FunctionDescriptor.of(BOOLEAN, POINTER, POINTER, LONG, BOOLEAN));
      subscribe =
          library.function("side_subscribe", FunctionDescriptor.of(INT, POINTER, POINTER, LONG));
      send = library.function("side_send", FunctionDescriptor.of(INT, POINTER, POINTER, LONG));
      abort = library.function("side_abort", FunctionDescriptor.of(INT, POINTER));
      receive =
          library.function(
              "side_receive", FunctionDescriptor.of(INT, POINTER, POINTER, LONG, POINTER));
      isChannel =
          library.function("side_is_channel", FunctionDescriptor.of(BOOLEAN, POINTER, LONG, LONG));
      advance = library.function("side_advance", FunctionDescriptor.of(BOOLEAN, POINTER));
      MethodHandle size = library.function("side_size", FunctionDescriptor.of(LONG));
      sideSize = CLibrary.call(() -> (long) size.invokeExact());
    }

    static Functions compile(Path directory) throws IOException, InterruptedException {
      Path sides = CRing.source(directory, "axvisor-sides.c");
      Path guests = WorkTree.path("guests/lib");
      return new Functions(CLibrary.compile(directory, guests, sides, guests.resolve("axvisor.c")));
    }

    @Override
    public RegionSide publish(MemorySegment memory, AxvisorLayout layout) {
      InC side = side();
      boolean slot = layout == AxvisorLayout.SLOT;
      long size = memory.byteSize();
      if (!CLibrary.call(() -> (boolean) publish.invokeExact(side.side, memory, size, slot))) {
        throw new AssertionError("not published");
      }
      return side;
    }

    @Override
    public RegionSide subscribe(MemorySegment memory) {
      InC side = side();
      int look = look(side.side, memory);
      if (look != 0) {
        throw new AssertionError("look " + look);
      }
      return side;
    }

    /** Returns 0 if C finds the region ready, 1 if not yet, 2 if it refuses it. */
    int look(MemorySegment memory) {
      return look(side().side, memory);
    }

    /** Returns whether C finds that publisher and that key in the channel. */
    boolean isChannel(MemorySegment memory, long publisher, long key) {
      return CLibrary.call(() -> (boolean) isChannel.invokeExact(memory, publisher, key));
    }

    private int look(MemorySegment side, MemorySegment memory) {
      long size = memory.byteSize();
      return CLibrary.call(() -> (int) subscribe.invokeExact(side, memory, size));
    }

    private InC side() {
      Arena arena = Arena.ofAuto();
      return new InC(this, arena.allocate(sideSize, 8), arena.allocate(ValueLayout.JAVA_LONG));
    }

    @Override
    public String toString() {
      return "C";
    }
  }
}
