// SPDX-License-Identifier: Apache-2.0

package tombolo.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import java.lang.foreign.Linker;
import java.net.ServerSocket;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.ServerSocketChannel;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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

  /** A loop that accepts by itself ends or spins when the host has no descriptors left. */
  @Test
  void clientsAreAcceptedByTheAcceptorAlone() {
    noClasses()
        .that(
            DescribedPredicate.describe(
                "serve users",
                type ->
                    !Code.module(type).equals("bench")
                        && !type.getName().equals("tombolo.machine.host.Acceptor")))
        .should()
        .accessTargetWhere(
            DescribedPredicate.describe(
                "accept() of a socket of the host",
                (JavaAccess<?> access) ->
                    access.getName().equals("accept")
                        && Stream.of(
                                ServerSocketChannel.class,
                                ServerSocket.class,
                                AsynchronousServerSocketChannel.class)
                            .anyMatch(access.getTargetOwner()::isAssignableTo)))
        .check(Code.ALL);
  }
}
