// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.interrupt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.riscv.GuestRun;

/** An interrupt file of an IMSIC (RISC-V AIA 1.0, chapter 3). */
class InterruptFileTest {
  private static final int DELIVERY = 0x70;
  private static final int THRESHOLD = 0x72;
  private static final int PENDING = 0x80;
  private static final int ENABLED = 0xc0;

  private volatile boolean signal;
  private int changes;
  private final InterruptFile file = new InterruptFile(this::signal);

  private void signal(boolean level) {
    signal = level;
    changes++;
  }

  private long read(int register) {
    return file.access(register, -1, 0);
  }

  private void write(int register, long value) {
    file.access(register, 0, value);
  }

  private void enable(int identity) {
    file.access(ENABLED + identity / 64 * 2, -1, 1L << identity);
  }

  private static long both(int identity) {
    return (long) identity << 16 | identity;
  }

  // 3.8.1, eidelivery

  @Test
  void nothingIsSignalledUnlessDeliveryIsOn() {
    enable(7);
    file.receive(7);
    assertThat(signal).isFalse();
    assertThat(file.top()).as("stopei does not depend on it").isEqualTo(both(7));
    write(DELIVERY, 1);
    assertThat(signal).isTrue();
    write(DELIVERY, 0);
    assertThat(signal).isFalse();
  }

  @Test
  void deliveryByAnotherControllerIsNotSupported() {
    write(DELIVERY, 0x4000_0000);
    assertThat(read(DELIVERY)).isZero();
    write(DELIVERY, -1);
    assertThat(read(DELIVERY)).isEqualTo(1);
  }

  // 3.8.2, eithreshold

  @Test
  void aThresholdHoldsBackItsIdentityAndHigherOnes() {
    write(DELIVERY, 1);
    enable(100);
    file.receive(100);
    write(THRESHOLD, 100);
    assertThat(signal).isFalse();
    assertThat(file.top()).isZero();
    assertThat(file.claim()).isZero();
    write(THRESHOLD, 101);
    assertThat(signal).isTrue();
    assertThat(file.top()).isEqualTo(both(100));
    write(THRESHOLD, 1);
    assertThat(signal).isFalse();
    write(THRESHOLD, 0);
    assertThat(signal).as("0 is no threshold").isTrue();
  }

  @Test
  void theThresholdHoldsEveryIdentity() {
    for (int value = 0; value <= InterruptFile.IDENTITIES; value++) {
      write(THRESHOLD, value);
      assertThat(read(THRESHOLD)).isEqualTo(value);
    }
  }

  // 3.8.3 and 3.8.4, eip and eie

  @ParameterizedTest
  @ValueSource(ints = {PENDING, ENABLED})
  void anArrayHasABitForEachIdentityAndNoOther(int first) {
    for (int register = first; register < first + 0x40; register += 2) {
      write(register, -1);
    }
    assertThat(read(first)).as("there is no identity 0").isEqualTo(~1L);
    for (int register = first + 2; register < first + 8; register += 2) {
      assertThat(read(register)).isEqualTo(-1);
    }
    for (int register = first + 8; register < first + 0x40; register += 2) {
      assertThat(read(register)).as("no identity is above 255").isZero();
    }
  }

  @Test
  void aPendingBitCanBeSetAndClearedWithoutAMessage() {
    write(DELIVERY, 1);
    enable(70);
    file.access(PENDING + 2, -1, 1L << 70);
    assertThat(signal).isTrue();
    file.access(PENDING + 2, ~(1L << 70), 0);
    assertThat(signal).isFalse();
    assertThat(read(PENDING + 2)).isZero();
  }

  @Test
  void aDisabledIdentityStaysPendingUntilItIsEnabled() {
    write(DELIVERY, 1);
    file.receive(255);
    assertThat(signal).isFalse();
    assertThat(read(PENDING + 6)).isEqualTo(1L << 63);
    enable(255);
    assertThat(signal).isTrue();
    write(ENABLED + 6, 0);
    assertThat(signal).isFalse();
    assertThat(read(PENDING + 6)).isEqualTo(1L << 63);
  }

  @Test
  void registersOf64BitsHaveEvenNumbersAndReservedOnesReadZero() {
    for (int register = 0; register < 0x200; register++) {
      boolean there =
          (register >= 0x70 && register < 0x80)
              || (register >= 0x80 && register <= 0xff && register % 2 == 0);
      assertThat(InterruptFile.exists(register)).as("0x%x", register).isEqualTo(there);
    }
    for (int register = 0x71; register < 0x80; register++) {
      if (register != THRESHOLD) {
        write(register, -1);
        assertThat(read(register)).isZero();
      }
    }
    assertThat(file.top()).isZero();
  }

  // 3.9, stopei

  @Test
  void theLowestIdentityIsClaimedFirst() {
    write(DELIVERY, 1);
    for (int identity : new int[] {200, 3, 64, 63}) {
      enable(identity);
      file.receive(identity);
    }
    assertThat(file.top()).isEqualTo(both(3));
    for (int identity : new int[] {3, 63, 64, 200}) {
      assertThat(signal).isTrue();
      assertThat(file.claim()).isEqualTo(both(identity));
    }
    assertThat(signal).isFalse();
    assertThat(file.claim()).isZero();
  }

  // 3.2, messages

  @Test
  void messagesOfOneIdentityBeforeAClaimAreOne() {
    enable(9);
    file.receive(9);
    file.receive(9);
    assertThat(file.claim()).isEqualTo(both(9));
    assertThat(file.claim()).isZero();
    file.receive(9);
    assertThat(file.claim()).isEqualTo(both(9));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 256, 2047, 2048, Integer.MIN_VALUE, Integer.MAX_VALUE, 0x1_0001})
  void aMessageThatNamesNoIdentityIsIgnored(int data) {
    for (int register = ENABLED; register < ENABLED + 8; register += 2) {
      write(register, -1);
    }
    file.receive(data);
    assertThat(file.top()).isZero();
  }

  @Test
  void theHartIsToldOfChangesOnly() {
    write(DELIVERY, 1);
    enable(1);
    enable(2);
    assertThat(changes).isZero();
    file.receive(1);
    file.receive(2);
    file.receive(1);
    assertThat(changes).isEqualTo(1);
    file.claim();
    assertThat(changes).isEqualTo(1);
    file.claim();
    assertThat(changes).isEqualTo(2);
  }

  @Test
  void resetForgetsEverything() {
    write(DELIVERY, 1);
    write(THRESHOLD, 200);
    enable(5);
    file.receive(5);
    file.reset();
    assertThat(signal).isFalse();
    for (int register = DELIVERY; register <= 0xff; register++) {
      if (InterruptFile.exists(register)) {
        assertThat(read(register)).isZero();
      }
    }
    write(DELIVERY, 1);
    enable(5);
    assertThat(signal).isFalse();
    file.receive(5);
    assertThat(signal).isTrue();
  }

  /** The chapter's rules, one after the other, beside what the file does. */
  @Test
  void whateverHappensItIsWhatTheSpecificationSays() {
    SplittableRandom random = new SplittableRandom(1);
    BitSet pending = new BitSet();
    BitSet enabled = new BitSet();
    boolean delivery = false;
    int threshold = 0;
    for (int i = 0; i < 300_000; i++) {
      switch (random.nextInt(8)) {
        case 0, 1 -> {
          int data = random.nextInt(300);
          file.receive(data);
          if (data >= 1 && data <= 255) {
            pending.set(data);
          }
        }
        case 2 -> {
          int identity = top(pending, enabled, threshold);
          assertThat(file.claim()).isEqualTo(both(identity));
          pending.clear(identity);
        }
        case 3 -> {
          delivery = random.nextBoolean();
          write(DELIVERY, delivery ? 1 : 0);
        }
        case 4 -> {
          threshold = random.nextInt(4) == 0 ? random.nextInt(256) : 0;
          write(THRESHOLD, threshold);
        }
        default -> {
          int word = random.nextInt(6);
          boolean ofPending = random.nextInt(3) == 0;
          long keep = ~(1L << random.nextInt(64));
          long bits = random.nextInt(4) == 0 ? random.nextLong() : 1L << random.nextInt(64);
          BitSet array = ofPending ? pending : enabled;
          file.access((ofPending ? PENDING : ENABLED) + 2 * word, keep, bits);
          for (int bit = 0; bit < 64; bit++) {
            int identity = 64 * word + bit;
            if (identity >= 1 && identity <= 255) {
              array.set(
                  identity,
                  (array.get(identity) && (keep >>> bit & 1) != 0) || (bits >>> bit & 1) != 0);
            }
          }
        }
      }
      int top = top(pending, enabled, threshold);
      assertThat(file.top()).isEqualTo(both(top));
      assertThat(signal).isEqualTo(delivery && top != 0);
    }
  }

  private static int top(BitSet pending, BitSet enabled, int threshold) {
    BitSet ready = (BitSet) pending.clone();
    ready.and(enabled);
    int first = ready.nextSetBit(0);
    return first < 0 || (threshold != 0 && first >= threshold) ? 0 : first;
  }

  /**
   * Two senders and the hart: the signal is high again after the last message, or all are taken.
   */
  @Test
  void noMessageIsLostBetweenTheSignalAndTheClaim() throws InterruptedException {
    write(DELIVERY, 1);
    enable(1);
    enable(130);
    for (int round = 0; round < 5_000; round++) {
      CountDownLatch started = new CountDownLatch(2);
      Thread first = sender(1, started);
      Thread second = sender(130, started);
      started.await();
      int taken = 0;
      while (first.isAlive() || second.isAlive() || signal) {
        while (file.claim() != 0) {
          taken++;
        }
      }
      assertThat(taken).as("round %d", round).isEqualTo(2);
    }
  }

  /** The hart's changes of a word are one step: a message that comes in between stays. */
  @Test
  void aMessageIsNotLostWhileTheHartChangesOtherBitsOfItsWord() throws InterruptedException {
    int messages = 3_000;
    AtomicInteger taken = new AtomicInteger();
    AtomicBoolean over = new AtomicBoolean();
    enable(3);
    Thread sender =
        Thread.ofPlatform()
            .start(
                () -> {
                  for (int sent = 1; sent <= messages && !over.get(); sent++) {
                    file.receive(3);
                    while (taken.get() < sent && !over.get()) {
                      Thread.onSpinWait();
                    }
                  }
                });
    long deadline = System.nanoTime() + GuestRun.DEADLINE.toNanos();
    while (taken.get() < messages && System.nanoTime() < deadline) {
      file.access(PENDING, ~(1L << 5), 0);
      if (file.claim() != 0) {
        taken.incrementAndGet();
      }
    }
    over.set(true);
    sender.join();
    assertThat(taken).hasValue(messages);
  }

  private Thread sender(int identity, CountDownLatch started) {
    return Thread.ofVirtual()
        .start(
            () -> {
              started.countDown();
              file.receive(identity);
            });
  }
}
