// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class SymbolTableTest {
  private static final SymbolTable TABLE =
      SymbolTable.of(
          List.of(
              new SymbolTable.Symbol(0xffff_ffff_8000_0000L, "kernel"),
              new SymbolTable.Symbol(0x2000, "second"),
              new SymbolTable.Symbol(0x1000, "first"),
              new SymbolTable.Symbol(0x1000, "alias")),
          0xffff_ffff_8000_1000L);

  @Test
  void namesTheLastSymbolAtOrBelowTheAddress() {
    assertThat(TABLE.nearest(0x1000)).isEqualTo("first");
    assertThat(TABLE.nearest(0x1fff)).isEqualTo("first+0xfff");
    assertThat(TABLE.nearest(0x2000)).isEqualTo("second");
  }

  @Test
  void comparesAddressesUnsigned() {
    assertThat(TABLE.nearest(0x7fff_ffff_ffff_ffffL)).startsWith("second+0x");
    assertThat(TABLE.nearest(0xffff_ffff_8000_0012L)).isEqualTo("kernel+0x12");
  }

  @Test
  void nothingIsBelowTheFirstOrBehindTheProgram() {
    assertThat(TABLE.nearest(0xfff)).isNull();
    assertThat(TABLE.nearest(0xffff_ffff_8000_1000L)).isNull();
    assertThat(SymbolTable.EMPTY.nearest(0)).isNull();
  }

  @Test
  void functionsAreNamedBeforeDataAndLabelsAndMarkersAreLeftOut() {
    byte[] file =
        new ElfBuilder(0x1000)
            .segment(0x1000, new byte[64], 64)
            .symbol("label", ElfBuilder.NOTYPE, 0x1000)
            .symbol("function", ElfBuilder.FUNC, 0x1000)
            .symbol("$x", ElfBuilder.NOTYPE, 0x1008)
            .symbol(".L42", ElfBuilder.NOTYPE, 0x1008)
            .undefinedSymbol("elsewhere")
            .build();
    SymbolTable symbols = ElfImage.parse(file, ElfMachine.RISCV, "x").symbols();
    assertThat(symbols.size()).isEqualTo(1);
    assertThat(symbols.nearest(0x1009)).isEqualTo("function+0x9");
  }
}
