// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.translator;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tombolo.riscv.GuestRun;
import tombolo.riscv.SteppedVm;
import tombolo.riscv.hart.Dispatcher;
import tombolo.riscv.hart.Region;
import tombolo.riscv.hart.Translation;
import tombolo.riscv.translator.Translator.Limits;

@DisplayName("A translator")
class TranslatorTest {
  private static final int NOP = 0x0001;
  private static final int NEVER = -1;

  /** A page of compressed nops, but for one halfword. */
  private record Page(int where, int halfword, int entered) implements Region.Code {
    Page(int where, int halfword) {
      this(where, halfword, NEVER);
    }

    @Override
    public int halfword(int offset) {
      return offset == where ? halfword : NOP;
    }

    @Override
    public ByteBuffer content() {
      ByteBuffer bytes = ByteBuffer.allocate(SIZE);
      for (int offset = 0; offset < SIZE; offset += 2) {
        bytes.putShort(offset, (short) halfword(offset));
      }
      return bytes;
    }

    @Override
    public boolean isEntry(int offset) {
      return offset == entered;
    }
  }

  private static Translation make(Translator translator, int where, int halfword) {
    return Objects.requireNonNull(translator.make(new Page(where, halfword), 0));
  }

  @Test
  void sharesARegionBetweenPagesWithTheSameCode() {
    Translator translator = new Translator(Limits.AT_ONCE);
    Translation first = make(translator, 2, 0x0505);
    assertThat(make(translator, 2, 0x0505)).as("another page, the same code").isSameAs(first);
    assertThat(make(translator, 4, 0x0505)).as("other code").isNotSameAs(first);
    assertThat(translator.regions()).isEqualTo(2);
  }

  @Test
  void knowsWhatItHasTranslated() {
    Translator translator = new Translator(Limits.AT_ONCE);
    assertThat(translator.known(new Page(4000, 0), 0)).isNull();
    Translation made = make(translator, 4000, 0);
    assertThat(translator.known(new Page(4000, 0), 0)).isSameAs(made);
    assertThat(translator.known(new Page(4002, 0), 0)).isNull();
  }

  @Test
  void makesARegionAnewWhenMoreOfItsCodeIsKnown() {
    Translator translator = new Translator(Limits.AT_ONCE);
    int branchAhead = 0xc119; // beqz a0, +6
    Translation first = make(translator, 0, branchAhead);
    Region.Code same = new Page(0, branchAhead);
    assertThat(translator.review(same, 0, first)).as("nothing new").isSameAs(first);

    Region.Code more = new Page(0, branchAhead, 6);
    Translation better = translator.review(more, 0, first);
    assertThat(better).isNotSameAs(first);
    assertThat(translator.known(same, 0)).isSameAs(better);
    assertThat(translator.regions()).isEqualTo(1);
  }

  @Test
  void translatesNothingThatOthersExecute() {
    int illegal = 0;
    assertThat(new Translator(Limits.AT_ONCE).make(new Page(0, illegal), 0)).isNull();
  }

  @Test
  void wantsCodeToRunLongerTheMoreRegionsThereAre() {
    Translator translator = new Translator(new Limits(100, 10, 5, 20, 30));
    assertThat(translator.threshold()).isEqualTo(5);
    make(translator, 0, 0x0505);
    assertThat(translator.threshold()).isEqualTo(25);
    make(translator, 2, 0x0505);
    assertThat(translator.threshold()).as("at the most").isEqualTo(30);
  }

  @Test
  void evictsHalfOfItsRegionsWhenThereAreTooMany() {
    Translator translator = new Translator(new Limits(4, 10, 0, 0, 0));
    for (int i = 0; i < 5; i++) {
      make(translator, 2 * i, 0x0505);
    }
    assertThat(translator.evicted()).isEqualTo(2);
    assertThat(translator.regions()).isEqualTo(3);
  }

  @Test
  @DisplayName("runs a guest rightly though it has to evict all the time")
  void runsAGuestWithFewRegions() {
    Translator translator = new Translator(new Limits(3, 20, 0, 0, 0));
    GuestRun guest = GuestRun.of("selftest");
    try (SteppedVm stepped = new SteppedVm(guest, 3, new Dispatcher(translator))) {
      stepped.vm.boot();
      assertThat(stepped.step(1_000_000)).as(stepped.console.text()).isTrue();
      assertThat(stepped.console.text()).contains("0 failed");
    }
    assertThat(translator.evicted()).isGreaterThan(100);
    assertThat(translator.regions()).isLessThanOrEqualTo(3);
  }
}
