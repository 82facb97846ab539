// SPDX-License-Identifier: Apache-2.0

package tombolo.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Amounts of memory as people write them. */
class MemorySizeTest {
  @ParameterizedTest
  @CsvSource({
    "64 MiB, 67108864",
    "64M, 67108864",
    "64m, 67108864",
    "65536K, 67108864",
    "65536 KiB, 67108864",
    "1GiB, 1073741824",
    "2 g, 2147483648",
    "1 TiB, 1099511627776",
    "4096, 4096",
    "8192b, 8192",
    " 1M , 1048576"
  })
  void aSizeIsANumberAndABinaryUnit(String text, long bytes) {
    assertThat(MemorySize.parse(text).bytes()).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "M",
        "64 MB",
        "64 Mi",
        "6 4M",
        "0x1000",
        "1.5G",
        "0",
        "-4096",
        "1",
        "4097",
        "3K",
        "2000T",
        "9223372036854775807T",
        "99999999999999999999"
      })
  void everythingElseIsNoSize(String text) {
    assertThatThrownBy(() -> MemorySize.parse(text))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("'" + text + "': ");
  }

  @ParameterizedTest
  @CsvSource({"67108864, 64 MiB", "4096, 4 KiB", "1073745920, 1048580 KiB", "3221225472, 3 GiB"})
  void aSizeIsSaidInTheLargestUnitThatIsExact(long bytes, String text) {
    assertThat(MemorySize.describe(bytes)).isEqualTo(text);
  }
}
