// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.translator;

import static org.assertj.core.api.Assertions.assertThat;

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

  private static Translation make(Translator translator, int where, int halfword) {
    return Objects.requireNonNull(translator.make(MadeUpPage.of(where, halfword), 0));
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
    assertThat(translator.known(MadeUpPage.of(4000, 0), 0)).isNull();
    Translation made = make(translator, 4000, 0);
    assertThat(translator.known(MadeUpPage.of(4000, 0), 0)).isSameAs(made);
    assertThat(translator.known(MadeUpPage.of(4002, 0), 0)).isNull();
  }

  @Test
  void makesARegionAnewWhenMoreOfItsCodeIsKnown() {
    Translator translator = new Translator(Limits.AT_ONCE);
    int branchAhead = 0xc119; // beqz a0, +6
    Translation first = make(translator, 0, branchAhead);
    Region.Code same = MadeUpPage.of(0, branchAhead);
    assertThat(translator.review(same, 0, first)).as("nothing new").isSameAs(first);

    Region.Code more = MadeUpPage.of(0, branchAhead, 6);
    Translation better = translator.review(more, 0, first);
    assertThat(better).isNotSameAs(first);
    assertThat(translator.known(same, 0)).isSameAs(better);
    assertThat(translator.regions()).isEqualTo(1);
  }

  @Test
  void translatesNothingThatOthersExecute() {
    int illegal = 0;
    assertThat(new Translator(Limits.AT_ONCE).make(MadeUpPage.of(0, illegal), 0)).isNull();
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
