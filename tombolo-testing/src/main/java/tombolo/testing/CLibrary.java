// SPDX-License-Identifier: Apache-2.0
package tombolo.testing;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;

/**
 * C code under test, compiled for the host and called in this process, so that C and Java share
 * memory as two sides of a channel do.
 *
 * <p>Compiled with the host's {@code gcc}, see {@link RequiredTool}; every warning is an error. The
 * library stays loaded for as long as the process lives. Immutable; its functions are as
 * thread-safe as their C code is. C code that goes wrong may take the process with it.
 */
public final class CLibrary {
  private final SymbolLookup symbols;

  private CLibrary(SymbolLookup symbols) {
    this.symbols = symbols;
  }

  /**
   * Compiles sources into one library and loads it.
   *
   * @param directory an empty one, for the library
   * @param include where the sources find headers
   * @throws org.opentest4j.TestAbortedException where the compiler is missing and may be
   * @throws AssertionError where it is missing and must not be, or does not like the sources
   */
  @SuppressWarnings("restricted")
  public static CLibrary compile(Path directory, Path include, Path... sources)
      throws IOException, InterruptedException {
    Path library = directory.resolve("library.so");
    List<String> command = new ArrayList<>();
    command.add(RequiredTool.require("gcc").toString());
    command.addAll(List.of("-std=gnu17", "-O2", "-Wall", "-Wextra", "-Werror"));
    command.addAll(List.of("-fPIC", "-shared", "-I", include.toString()));
    command.addAll(List.of("-o", library.toString()));
    for (Path source : sources) {
      command.add(source.toString());
    }
    Path output = directory.resolve("output");
    Process compiler =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    if (!compiler.waitFor(1, TimeUnit.MINUTES)) {
      compiler.destroyForcibly();
      Assertions.fail(command + " did not end");
    }
    if (compiler.exitValue() != 0) {
      Assertions.fail(command + ":\n" + Files.readString(output));
    }
    return new CLibrary(SymbolLookup.libraryLookup(library, Arena.global()));
  }

  /**
   * A function of the library.
   *
   * @throws AssertionError where there is none of that name
   */
  @SuppressWarnings("restricted")
  public MethodHandle function(String name, FunctionDescriptor descriptor) {
    return Linker.nativeLinker()
        .downcallHandle(
            symbols.find(name).orElseThrow(() -> new AssertionError("no function " + name)),
            descriptor);
  }

  /** A call of a function's handle. */
  @FunctionalInterface
  public interface Call<T> {
    /** Calls. */
    T run() throws Throwable;
  }

  /**
   * Calls a function's handle, which can only fail by a mistake of the caller's.
   *
   * @throws AssertionError for whatever it throws
   */
  public static <T> T call(Call<T> call) {
    try {
      return call.run();
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }
}
