// SPDX-License-Identifier: Apache-2.0
package tombolo.ring.axvisor;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import tombolo.ring.CRing;
import tombolo.testing.CFunctions;
import tombolo.testing.CLibrary;
import tombolo.testing.WorkTree;

/** One side of a version 2 region, in Java or in the guests' C. For one thread at a time. */
sealed interface SlotSide {
  /** Makes sides. */
  interface Language {
    SlotSide publish(MemorySegment memory);

    /** Subscribes to a region that is there; a test of other looks calls {@link #look}. */
    SlotSide subscribe(MemorySegment memory);

    /** Returns 0 if a version 2 region is ready, 1 if not yet, 2 if it is refused. */
    int look(MemorySegment memory);
  }

  SendProgress request(MemorySegment payload, int length);

  SendProgress acknowledge(long sequence, MemorySegment payload, int length);

  ReceiveProgress receive();

  /** The header of the latest message that was received. */
  SlotKind kind();

  long sequence();

  int length();

  /** The payload of the latest message and, behind it, what earlier ones left there. */
  MemorySegment payload();

  long dropped();

  /** This project's side. */
  record InJava(AxvisorRegionV2 region, MemorySegment payload) implements SlotSide {
    static final Language LANGUAGE =
        new Language() {
          @Override
          public SlotSide publish(MemorySegment memory) {
            return new InJava(AxvisorRegionV2.publish(memory));
          }

          @Override
          public SlotSide subscribe(MemorySegment memory) {
            return new InJava(SlotFixture.subscribe(memory));
          }

          @Override
          public int look(MemorySegment memory) {
            return switch (AxvisorRegionV2.subscribe(memory)) {
              case RegionLook.ReadyV2 _ -> 0;
              case RegionLook.NotYet _ -> 1;
              case RegionLook.Refused _ -> 2;
              case RegionLook.Ready ready -> throw new AssertionError(ready);
            };
          }
        };

    private InJava(AxvisorRegionV2 region) {
      this(region, Arena.ofAuto().allocate(SlotFixture.PAYLOAD));
    }

    @Override
    public SendProgress request(MemorySegment payload, int length) {
      return region.sender().request(payload, 0, length);
    }

    @Override
    public SendProgress acknowledge(long sequence, MemorySegment payload, int length) {
      return region.sender().acknowledge(sequence, payload, 0, length);
    }

    @Override
    public ReceiveProgress receive() {
      return region.receiver().receive(payload, 0);
    }

    @Override
    public SlotKind kind() {
      return region.receiver().kind();
    }

    @Override
    public long sequence() {
      return region.receiver().sequence();
    }

    @Override
    public int length() {
      return region.receiver().length();
    }

    @Override
    public long dropped() {
      return region.receiver().dropped();
    }
  }

  /** The guests' side, guests/lib/axvisor_v2.c. */
  record InC(CFunctions functions, MemorySegment side, MemorySegment message) implements SlotSide {
    private static final List<SendProgress> SEND_ANSWERS =
        List.of(SendProgress.COMPLETE, SendProgress.BACK_PRESSURED);
    private static final List<ReceiveProgress> RECEIVE_ANSWERS =
        List.of(ReceiveProgress.COMPLETE, ReceiveProgress.EMPTY);

    /** The C functions' answers from the fifth on; aborted and too long do not occur here. */
    private static <P> P answer(List<P> answers, P poisoned, P restarted, int answer) {
      if (answer < answers.size()) {
        return answers.get(answer);
      }
      return switch (answer) {
        case 4 -> poisoned;
        case 5 -> restarted;
        default -> throw new AssertionError("answer " + answer);
      };
    }

    @Override
    public SendProgress request(MemorySegment payload, int length) {
      int answer = functions.call("side_request", side, payload, length);
      return answer(SEND_ANSWERS, SendProgress.POISONED, SendProgress.PEER_RESTARTED, answer);
    }

    @Override
    public SendProgress acknowledge(long sequence, MemorySegment payload, int length) {
      int answer = functions.call("side_acknowledge", side, sequence, payload, length);
      return answer(SEND_ANSWERS, SendProgress.POISONED, SendProgress.PEER_RESTARTED, answer);
    }

    @Override
    public ReceiveProgress receive() {
      int answer = functions.call("side_receive", side, message);
      return answer(
          RECEIVE_ANSWERS, ReceiveProgress.POISONED, ReceiveProgress.PEER_RESTARTED, answer);
    }

    @Override
    public SlotKind kind() {
      int code = message.get(ValueLayout.JAVA_INT, 12);
      return code == 2 ? SlotKind.ACKNOWLEDGEMENT : SlotKind.REQUEST;
    }

    @Override
    public long sequence() {
      return message.get(ValueLayout.JAVA_LONG, 0);
    }

    @Override
    public int length() {
      return message.get(ValueLayout.JAVA_INT, 8);
    }

    @Override
    public MemorySegment payload() {
      return message.asSlice(16);
    }

    @Override
    public long dropped() {
      return functions.call("side_dropped", side);
    }
  }

  /** The C functions, compiled for the host. */
  final class Functions implements Language {
    private static final MemoryLayout POINTER = ValueLayout.ADDRESS;
    private static final MemoryLayout LONG = ValueLayout.JAVA_LONG;
    private static final MemoryLayout INT = ValueLayout.JAVA_INT;

    private final CFunctions functions;
    private final int size;

    private Functions(CLibrary library) {
      functions = new CFunctions(library);
      functions.add("side_size");
      functions.add("side_publish", POINTER, POINTER, LONG);
      functions.add("side_subscribe", POINTER, POINTER, LONG);
      functions.add("side_version", POINTER);
      functions.add("side_request", POINTER, POINTER, INT);
      functions.add("side_acknowledge", POINTER, LONG, POINTER, INT);
      functions.add("side_receive", POINTER, POINTER);
      functions.add("side_dropped", POINTER);
      size = functions.call("side_size");
    }

    static Functions compile(Path directory) throws IOException, InterruptedException {
      Path sides = CRing.source(directory, "axvisor-v2-sides.c");
      Path guests = WorkTree.path("guests/lib");
      return new Functions(
          CLibrary.compile(
              directory,
              guests,
              sides,
              guests.resolve("axvisor_v2.c"),
              guests.resolve("axvisor.c")));
    }

    @Override
    public SlotSide publish(MemorySegment memory) {
      InC side = side();
      if (functions.call("side_publish", side.side, memory, memory.byteSize()) != 1) {
        throw new AssertionError("not published");
      }
      return side;
    }

    @Override
    public SlotSide subscribe(MemorySegment memory) {
      InC side = side();
      int look = functions.call("side_subscribe", side.side, memory, memory.byteSize());
      if (look != 0) {
        throw new AssertionError("look " + look);
      }
      return side;
    }

    @Override
    public int look(MemorySegment memory) {
      return functions.call("side_subscribe", side().side, memory, memory.byteSize());
    }

    /** Returns the version that the region's header claims, or 0 without the magic. */
    int version(MemorySegment memory) {
      return functions.call("side_version", memory);
    }

    /** Returns whether C lays a region out in that much memory. */
    boolean publishes(MemorySegment memory) {
      return functions.call("side_publish", side().side, memory, memory.byteSize()) == 1;
    }

    private InC side() {
      return new InC(functions, Arena.ofAuto().allocate(size, 8), Arena.ofAuto().allocate(64, 8));
    }
  }
}
