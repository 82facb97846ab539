// SPDX-License-Identifier: Apache-2.0

package tombolo.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import java.lang.foreign.Linker;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Rules that hold in every module. */
class RulesTest {
  @Test
  void everyPackageIsNullMarked() {
    assertThat(Code.ALL.stream().map(JavaClass::getPackage).distinct())
        .allMatch(aPackage -> aPackage.isAnnotatedWith(NullMarked.class));
  }

  @Test
  void noTypeHasANameThatSaysNothing() {
    noClasses().should().haveNameMatching(".*(Manager|Utils?|Helper|Impl)(\\$.*)?").check(Code.ALL);
  }

  @Test
  void foreignFunctionCallsLiveInOnePackageOfAModule() {
    Map<String, Set<String>> packages =
        Code.ALL.stream()
            .filter(
                type ->
                    type.getDirectDependenciesFromSelf().stream()
                        .anyMatch(
                            dependency -> dependency.getTargetClass().isEquivalentTo(Linker.class)))
            .collect(
                Collectors.groupingBy(
                    Code::module,
                    Collectors.mapping(JavaClass::getPackageName, Collectors.toSet())));

    assertThat(packages.values()).allSatisfy(used -> assertThat(used).hasSize(1));
  }
}
