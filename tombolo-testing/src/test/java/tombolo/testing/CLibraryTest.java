// SPDX-License-Identifier: Apache-2.0
package tombolo.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("C code under test")
class CLibraryTest {
  private static final FunctionDescriptor INT_TO_INT =
      FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);

  @TempDir Path directory;

  @BeforeEach
  void needsACompiler() {
    RequiredTool.require("gcc");
  }

  @Test
  void isCalledInThisProcess() throws Throwable {
    Files.writeString(directory.resolve("two.h"), "#define TWO 2\n");
    Path source =
        Files.writeString(
            directory.resolve("twice.c"),
            "#include \"two.h\"\nint twice(int n);\nint twice(int n) { return TWO * n; }\n");

    CLibrary library = CLibrary.compile(directory, directory, source);

    assertThat((int) library.function("twice", INT_TO_INT).invokeExact(21)).isEqualTo(42);
    assertThatThrownBy(() -> library.function("thrice", INT_TO_INT))
        .isInstanceOf(AssertionError.class)
        .hasMessage("no function thrice");
  }

  @Test
  void failsTheTestWithWhatTheCompilerSays() throws Exception {
    Path source = Files.writeString(directory.resolve("bad.c"), "int f(void) { int unused; }\n");
    assertThatThrownBy(() -> CLibrary.compile(directory, directory, source))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("bad.c:1")
        .hasMessageContaining("unused");
  }
}
