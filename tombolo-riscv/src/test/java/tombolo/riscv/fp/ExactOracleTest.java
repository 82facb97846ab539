// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.fp;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * On finite operands, every operation that rounds gives its exact result, computed in decimal,
 * rounded as IEEE 754 defines it, with the flags that belong to it.
 */
class ExactOracleTest {
  private static final int VECTORS = 4_000;

  /** BigDecimal's names of the modes, by number. */
  private static final java.math.RoundingMode[] DECIMAL_MODES = {
    java.math.RoundingMode.HALF_EVEN,
    java.math.RoundingMode.DOWN,
    java.math.RoundingMode.FLOOR,
    java.math.RoundingMode.CEILING,
    java.math.RoundingMode.HALF_UP
  };

  private final FpEnvironment env = new FpEnvironment();
  private final FpEnvironment expectedEnv = new FpEnvironment();

  @ParameterizedTest
  @EnumSource(
      names = "F(ADD|SUB|MUL|DIV|SQRT|MADD|MSUB|NMSUB|NMADD)_[SD]",
      mode = EnumSource.Mode.MATCH_ANY)
  void arithmeticRoundsTheExactResult(Operation operation) {
    eachVector(operation, (rm, vector) -> arithmetic(operation, rm, vector));
  }

  @ParameterizedTest
  @EnumSource(names = "FCVT_[SD]_(W|WU|L|LU)", mode = EnumSource.Mode.MATCH_ANY)
  void conversionFromAnIntegerRoundsTheInteger(Operation operation) {
    eachVector(
        operation,
        (rm, vector) -> {
          BigInteger integer = integer(operation.name().substring(7), vector[0]);
          return rounded(operation, rm, integer.signum() < 0, new BigDecimal(integer));
        });
  }

  @ParameterizedTest
  @EnumSource(names = {"FCVT_S_D", "FCVT_D_S"})
  void conversionBetweenFormatsRoundsTheValue(Operation operation) {
    eachVector(
        operation,
        (rm, vector) -> {
          Finite a = new Finite(operation, vector[0]);
          return rounded(operation, rm, a.negative, a.value);
        });
  }

  @ParameterizedTest
  @EnumSource(names = "FCVT_(W|WU|L|LU)_[SD]", mode = EnumSource.Mode.MATCH_ANY)
  void conversionToAnIntegerRoundsThenSaturates(Operation operation) {
    String type = operation.name().substring(5, operation.name().length() - 2);
    eachVector(
        operation,
        (rm, vector) -> {
          BigDecimal exact = new Finite(operation, vector[0]).value;
          BigDecimal rounded = exact.setScale(0, DECIMAL_MODES[rm]);
          BigInteger least = least(type);
          BigInteger most = most(type);
          BigInteger result = rounded.toBigInteger().max(least).min(most);
          if (!result.equals(rounded.toBigInteger())) {
            expectedEnv.flags |= FpEnvironment.NV;
          } else if (rounded.compareTo(exact) != 0) {
            expectedEnv.flags |= FpEnvironment.NX;
          }
          return type.startsWith("W") ? result.intValue() : result.longValue();
        });
  }

  /** What a register shall hold; raises flags in {@link #expectedEnv}. */
  private interface Oracle {
    long expected(int rm, long[] vector);
  }

  private void eachVector(Operation operation, Oracle oracle) {
    Operands operands = new Operands(~operation.name().hashCode());
    long[] vector = new long[3];
    int checked = 0;
    while (checked < VECTORS) {
      operands.next(operation, vector);
      int rm = checked % 5;
      if (!hasFiniteResult(operation, vector)) {
        continue;
      }
      checked++;
      env.flags = 0;
      expectedEnv.flags = 0;
      long result = operation.execute(env, rm, vector[0], vector[1], vector[2]);
      long expected = oracle.expected(rm, vector);
      assertThat("%x with flags %x".formatted(result, env.flags))
          .as("%s rm=%d of %x, %x, %x", operation, rm, vector[0], vector[1], vector[2])
          .isEqualTo("%x with flags %x".formatted(expected, expectedEnv.flags));
    }
  }

  /** A finite operand: its value, and its sign for where that is zero. */
  private record Finite(boolean negative, BigDecimal value) {
    Finite(Operation operation, long register) {
      this(decode(operation, register));
    }

    private Finite(double value) {
      this(Double.doubleToRawLongBits(value) < 0, new BigDecimal(value));
    }

    static double decode(Operation operation, long register) {
      return operation.operand == Operation.Operand.SINGLE
          ? Float.intBitsToFloat(NanBox.unbox(register))
          : Double.longBitsToDouble(register);
    }

    Finite negated() {
      return new Finite(!negative, value.negate());
    }

    Finite times(Finite other) {
      return new Finite(negative != other.negative, value.multiply(other.value));
    }
  }

  private static boolean hasFiniteResult(Operation operation, long[] vector) {
    if (operation.operand == Operation.Operand.INTEGER) {
      return true;
    }
    for (int i = 0; i < operation.arity; i++) {
      if (!Double.isFinite(Finite.decode(operation, vector[i]))) {
        return false;
      }
    }
    return switch (operation) {
      case FDIV_S, FDIV_D -> Finite.decode(operation, vector[1]) != 0;
      case FSQRT_S, FSQRT_D -> Finite.decode(operation, vector[0]) >= 0;
      default -> true;
    };
  }

  private long arithmetic(Operation operation, int rm, long[] vector) {
    Finite a = new Finite(operation, vector[0]);
    Finite b = operation.arity > 1 ? new Finite(operation, vector[1]) : a;
    Finite c = operation.arity > 2 ? new Finite(operation, vector[2]) : a;
    return switch (operation) {
      case FADD_S, FADD_D -> sum(operation, rm, a, b);
      case FSUB_S, FSUB_D -> sum(operation, rm, a, b.negated());
      case FMADD_S, FMADD_D -> sum(operation, rm, a.times(b), c);
      case FMSUB_S, FMSUB_D -> sum(operation, rm, a.times(b), c.negated());
      case FNMSUB_S, FNMSUB_D -> sum(operation, rm, a.times(b).negated(), c);
      case FNMADD_S, FNMADD_D -> sum(operation, rm, a.times(b).negated(), c.negated());
      case FMUL_S, FMUL_D -> rounded(operation, rm, a.times(b).negative, a.times(b).value);
      case FDIV_S, FDIV_D -> {
        boolean negative = a.negative != b.negative;
        yield a.value.signum() == 0
            ? register(operation, negative, 0)
            : rounded(
                operation, rm, negative, new ExactNumber.Quotient(a.value.abs(), b.value.abs()));
      }
      case FSQRT_S, FSQRT_D ->
          a.value.signum() == 0
              ? vector[0]
              : rounded(operation, rm, false, new ExactNumber.Root(a.value));
      default -> throw new AssertionError(operation);
    };
  }

  private long sum(Operation operation, int rm, Finite a, Finite b) {
    BigDecimal value = a.value.add(b.value);
    boolean negativeZero = a.negative == b.negative ? a.negative : rm == RoundingMode.RDN;
    boolean negative = value.signum() == 0 ? negativeZero : value.signum() < 0;
    return rounded(operation, rm, negative, value);
  }

  private long rounded(Operation operation, int rm, boolean negative, BigDecimal value) {
    return value.signum() == 0
        ? register(operation, negative, 0)
        : rounded(operation, rm, negative, new ExactNumber.Decimal(value.abs()));
  }

  private long rounded(Operation operation, int rm, boolean negative, ExactNumber magnitude) {
    RoundingByDefinition definition = new RoundingByDefinition(givesSingle(operation));
    return register(operation, negative, definition.round(expectedEnv, rm, negative, magnitude));
  }

  private static boolean givesSingle(Operation operation) {
    String name = operation.name();
    return name.startsWith("FCVT_S") || (name.endsWith("_S") && !name.startsWith("FCVT"));
  }

  private static long register(Operation operation, boolean negative, long magnitude) {
    return givesSingle(operation)
        ? NanBox.box((int) (negative ? magnitude | 1L << 31 : magnitude))
        : negative ? magnitude | Long.MIN_VALUE : magnitude;
  }

  private static BigInteger integer(String type, long register) {
    return switch (type) {
      case "W" -> BigInteger.valueOf((register << 32) >> 32);
      case "L" -> BigInteger.valueOf(register);
      default -> BigInteger.valueOf(register).and(most(type));
    };
  }

  private static BigInteger most(String type) {
    return BigInteger.TWO.pow(bits(type)).subtract(BigInteger.ONE);
  }

  private static BigInteger least(String type) {
    return type.endsWith("U") ? BigInteger.ZERO : BigInteger.TWO.pow(bits(type)).negate();
  }

  /** Bits of an integer type without its sign. */
  private static int bits(String type) {
    return switch (type) {
      case "W" -> 31;
      case "WU" -> 32;
      case "L" -> 63;
      case "LU" -> 64;
      default -> throw new AssertionError(type);
    };
  }
}
