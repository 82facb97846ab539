// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.guest;

import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tombolo.bench.suite.Arguments;
import tombolo.bench.suite.UsageException;
import tombolo.machine.Accelerator;
import tombolo.riscv.RiscvAccelerator;

/** What executes a guest's code on Tombolo. Suites take it as the option {@code --engine}. */
public enum Engine {
  /** Compiles hot code to methods of the JVM; what Tombolo uses by itself. */
  TRANSLATOR,

  INTERPRETER;

  /** Makes the accelerator whose harts run on this engine. */
  Accelerator accelerator() {
    return new RiscvAccelerator().withEngine(label());
  }

  /** Takes the option {@code --engine}; without it, the engine that Tombolo uses by itself. */
  public static Engine parse(Arguments arguments) {
    return arguments.value("--engine").map(Engine::named).orElse(TRANSLATOR);
  }

  private static Engine named(String label) {
    return Stream.of(values())
        .filter(engine -> engine.label().equals(label))
        .findFirst()
        .orElseThrow(() -> new UsageException("no engine %s: %s".formatted(label, labels())));
  }

  private static String labels() {
    return Stream.of(values()).map(Engine::label).collect(Collectors.joining(", "));
  }

  /** Returns the name in options and reports. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
