// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.fp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The JVM's arithmetic, where it is used, gives the bits and flags of the integer implementation.
 */
class FastPathTest {
  private static final int RANDOM_VECTORS = 50_000;

  static Set<Operation> operations() {
    return SoftOperation.supported();
  }

  @ParameterizedTest
  @MethodSource("operations")
  void agreesOnSpecialValues(Operation operation) {
    long[] values = SpecialValues.of(operation.operand);
    long[] none = {0};
    // All triples would be many millions: a third operand takes every 31st, from another start each
    // time.
    long[] second = operation.arity > 1 ? values : none;
    int step = operation.arity > 2 ? 31 : 1;
    int start = 0;
    for (long a : values) {
      for (long b : second) {
        start = (start + 1) % step;
        for (int i = start; i < (operation.arity > 2 ? values.length : 1); i += step) {
          compareInEveryMode(operation, a, b, operation.arity > 2 ? values[i] : 0);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("operations")
  void agreesOnRandomValues(Operation operation) {
    Operands operands = new Operands(operation.name().hashCode());
    long[] vector = new long[3];
    for (int i = 0; i < RANDOM_VECTORS; i++) {
      operands.next(operation, vector);
      compareInEveryMode(operation, vector[0], vector[1], vector[2]);
    }
  }

  private static void compareInEveryMode(Operation operation, long a, long b, long c) {
    for (int rm = RoundingMode.RNE; rm <= RoundingMode.RMM; rm++) {
      // NX already set is a path of its own.
      compare(operation, rm, 0, a, b, c);
      compare(operation, rm, FpEnvironment.NX, a, b, c);
    }
  }

  private static void compare(Operation operation, int rm, int flags, long a, long b, long c) {
    FpEnvironment fast = new FpEnvironment();
    FpEnvironment soft = new FpEnvironment();
    fast.flags = flags;
    soft.flags = flags;
    long result = operation.execute(fast, rm, a, b, c);
    long expected = SoftOperation.execute(operation, soft, rm, a, b, c);
    if (result != expected || fast.flags != soft.flags) {
      assertThat("%x with flags %x".formatted(result, fast.flags))
          .as("%s rm=%d flags=%x of %x, %x, %x", operation, rm, flags, a, b, c)
          .isEqualTo("%x with flags %x".formatted(expected, soft.flags));
    }
  }
}
