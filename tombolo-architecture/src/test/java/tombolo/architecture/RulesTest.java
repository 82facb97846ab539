// SPDX-License-Identifier: Apache-2.0

package tombolo.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import java.lang.foreign.Linker;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import tombolo.machine.console.Console;
import tombolo.machine.host.Clock;
import tombolo.machine.host.RandomSource;
import tombolo.machine.host.Scheduler;

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

  /**
   * So that a whole topology can run deterministically: one seed, one thread, virtual time.
   * Consoles may use the host's, because their other side is a person or a program of the host.
   */
  @Test
  void timeChanceAndThreadsComeFromTheVmsOwnSources() {
    DescribedPredicate<JavaAccess<?>> hostSource =
        DescribedPredicate.describe(
            "a source of time, chance or threads of the host", RulesTest::isHostSource);
    DescribedPredicate<JavaClass> hostSide =
        DescribedPredicate.describe("stand between the VM and the host", RulesTest::facesTheHost);

    noClasses()
        .that()
        .resideInAnyPackage(
            "tombolo.machine..", "tombolo.riscv..", "tombolo.ring..", "tombolo.ivc..")
        .and(DescribedPredicate.not(hostSide))
        .should()
        .accessTargetWhere(hostSource)
        .check(Code.ALL);
  }

  private static boolean isHostSource(JavaAccess<?> access) {
    JavaClass owner = access.getTargetOwner();
    String name = access.getName();
    boolean time =
        owner.isEquivalentTo(System.class)
            && Set.of("nanoTime", "currentTimeMillis").contains(name);
    boolean chance = owner.isEquivalentTo(Math.class) && name.equals("random");
    boolean thread =
        owner.isEquivalentTo(Thread.class)
            && Set.of("<init>", "ofPlatform", "ofVirtual", "startVirtualThread").contains(name);
    return time || chance || thread;
  }

  private static boolean facesTheHost(JavaClass type) {
    return Set.of(Clock.class, RandomSource.class, Scheduler.class, Console.class).stream()
        .anyMatch(type::isAssignableTo);
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
