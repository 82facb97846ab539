// SPDX-License-Identifier: Apache-2.0

package tombolo.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * A file that Tombolo writes is complete under its name, or not there: {@code WholeFile} writes it.
 * Whatever else may open files for writing is named here, with the reason.
 */
class WrittenFilesTest {
  /** The modules whose code is no measurement and no test. */
  private static final Set<String> SHIPPED =
      Set.of(
          "memory", "machine", "riscv", "debug", "ring", "ivc", "topology", "sim", "cli", "junit");

  /** A class that may open files for writing, and why. */
  private record Place(String name, String reason) {}

  private static final List<Place> PLACES =
      List.of(
          new Place("tombolo.cli.image.WholeFile", "writes what is complete or not there"),
          new Place("tombolo.machine.disk.DiskFile", "a guest's disk, which the guest writes"),
          new Place("tombolo.machine.image.ImageFile", "opens channels to read only"),
          new Place("tombolo.cli.run.FailureLog", "stack traces, one after the other"),
          new Place("tombolo.cli.run.Host", "standard output"),
          new Place("tombolo.cli.Main", "standard error"),
          new Place("tombolo.cli.view.RuntimeDirectory", "an empty file, to see whose it is"));

  private static boolean opensToWrite(JavaAccess<?> access) {
    String name = access.getName();
    return switch (access.getTargetOwner().getName()) {
      case "java.nio.file.Files" ->
          Set.of(
                  "newOutputStream",
                  "newBufferedWriter",
                  "newByteChannel",
                  "write",
                  "writeString",
                  "copy",
                  "move",
                  "createFile",
                  "createTempFile")
              .contains(name);
      case "java.nio.channels.FileChannel", "java.nio.channels.AsynchronousFileChannel" ->
          name.equals("open");
      case "java.io.FileOutputStream", "java.io.FileWriter", "java.io.RandomAccessFile" ->
          name.equals("<init>");
      case "java.io.File" -> Set.of("createNewFile", "createTempFile").contains(name);
      default -> false;
    };
  }

  private static JavaClass outermost(JavaClass type) {
    return type.getEnclosingClass().map(WrittenFilesTest::outermost).orElse(type);
  }

  @Test
  void filesAreWrittenWholeOrByWhoIsNamed() {
    Set<String> names = PLACES.stream().map(Place::name).collect(Collectors.toSet());

    noClasses()
        .that(
            DescribedPredicate.<JavaClass>describe(
                "are not named here",
                type ->
                    SHIPPED.contains(Code.module(type))
                        && !names.contains(outermost(type).getName())))
        .should()
        .accessTargetWhere(
            DescribedPredicate.describe("a file for writing", WrittenFilesTest::opensToWrite))
        .check(Code.ALL);
  }

  @Test
  void everyNamedPlaceExistsAndNeedsItsName() {
    Set<String> used =
        Code.ALL.stream()
            .filter(
                type ->
                    type.getAccessesFromSelf().stream().anyMatch(WrittenFilesTest::opensToWrite))
            .map(type -> outermost(type).getName())
            .collect(Collectors.toSet());

    assertThat(PLACES).allSatisfy(place -> assertThat(used).contains(place.name()));
  }
}
