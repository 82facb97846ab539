// SPDX-License-Identifier: Apache-2.0

package tombolo.riscv.interrupt;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/** No message is lost, and who claims one sees what its sender had stored before. */
public final class MessageStress {
  private MessageStress() {}

  /** An interrupt file that accepts identities 1 and 2, and what its signal says to the hart. */
  private static final class Receiver {
    private volatile boolean signal;
    final InterruptFile file = new InterruptFile(level -> signal = level);

    Receiver() {
      file.access(0xc0, -1, 0b110);
      file.access(0x70, 0, 1);
    }

    int claim() {
      return (int) file.claim() & 0x7ff;
    }

    int signal() {
      return signal ? 1 : 0;
    }
  }

  /** A store, then a message; a hart that wakes by the signal. */
  @JCStressTest
  @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "Before both.")
  @Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "Between the store and the message.")
  @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "The message, and what came before it.")
  @State
  public static class Order {
    private final Receiver receiver = new Receiver();
    private int payload;

    /** Stores and sends. */
    @Actor
    public void send() {
      payload = 1;
      receiver.file.receive(1);
    }

    /** Looks at the signal, and then what there is. */
    @Actor
    public void take(II_Result result) {
      result.r1 = receiver.signal();
      result.r2 = payload;
    }
  }

  /**
   * Two messages, and a claim that may come in between: what it did not take, the signal still
   * says.
   */
  @JCStressTest
  @Outcome(id = "0, 1, 1", expect = Expect.ACCEPTABLE, desc = "Claimed too early; both are there.")
  @Outcome(id = "1, 1, 2", expect = Expect.ACCEPTABLE, desc = "The first one; the other is there.")
  @Outcome(id = "2, 1, 1", expect = Expect.ACCEPTABLE, desc = "The second one; the other is there.")
  @State
  public static class NoneLost {
    private final Receiver receiver = new Receiver();

    /** Sends one. */
    @Actor
    public void first() {
      receiver.file.receive(1);
    }

    /** Sends another. */
    @Actor
    public void second() {
      receiver.file.receive(2);
    }

    /** Claims. */
    @Actor
    public void claim(III_Result result) {
      result.r1 = receiver.claim();
    }

    /** Looks at the signal, and at what is left. */
    @Arbiter
    public void rest(III_Result result) {
      result.r2 = receiver.signal();
      result.r3 = receiver.claim();
    }
  }

  /** A message while the hart masks and unmasks it: the signal says that it is there. */
  @JCStressTest
  @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "It is signalled, and can be claimed.")
  @State
  public static class Unmasked {
    private final Receiver receiver = new Receiver();

    /** Sends. */
    @Actor
    public void send() {
      receiver.file.receive(1);
    }

    /** What a driver does to a source that it looks after. */
    @Actor
    public void mask() {
      receiver.file.access(0xc0, ~0b010, 0);
      receiver.file.access(0xc0, -1, 0b010);
    }

    /** Looks at the signal, and at what is left. */
    @Arbiter
    public void rest(II_Result result) {
      result.r1 = receiver.signal();
      result.r2 = receiver.claim();
    }
  }
}
