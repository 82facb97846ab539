// SPDX-License-Identifier: Apache-2.0

package tombolo.architecture;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Packages are layers: none uses a package that uses it, and none hides several. */
class PackagesTest {
  /** More types than this in a package usually are two layers. */
  private static final int MANY = 25;

  /** Larger ones, with the number of types that they may have at most. */
  private static final Map<String, Integer> LARGE =
      Map.of(
          "tombolo.ring", 33, // two rings whose sides are sealed, and what both stand on
          "tombolo.sim", 30); // a run, its choices, its memory and its timeline use each other

  @Test
  void noPackageUsesOneThatUsesIt() {
    slices().matching("tombolo.(**)").should().beFreeOfCycles().check(Code.ALL);
  }

  @Test
  void noPackageHidesALayer() {
    Map<String, Long> sizes =
        Code.ALL.stream()
            .filter(type -> !type.isMemberClass() && !type.isAnonymousClass())
            .filter(type -> !type.getSimpleName().equals("package-info"))
            .collect(
                Collectors.groupingBy(
                    JavaClass::getPackageName, TreeMap::new, Collectors.counting()));

    sizes.entrySet().removeIf(size -> size.getValue() <= LARGE.getOrDefault(size.getKey(), MANY));
    assertThat(sizes).isEmpty();
  }
}
