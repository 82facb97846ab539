// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.fp;

import java.math.BigDecimal;
import java.math.MathContext;

/**
 * A positive real number, known by how it compares with any decimal: enough to round a quotient or
 * a root, which no decimal may equal.
 */
sealed interface ExactNumber {
  /** Like {@link Comparable#compareTo}: negative if this is less than {@code candidate >= 0}. */
  int compareTo(BigDecimal candidate);

  /** This times a positive factor. */
  ExactNumber times(BigDecimal factor);

  /** Some double not too far away, where to begin a search. */
  double estimate();

  /** A number that is a decimal itself. */
  record Decimal(BigDecimal value) implements ExactNumber {
    @Override
    public int compareTo(BigDecimal candidate) {
      return value.compareTo(candidate);
    }

    @Override
    public ExactNumber times(BigDecimal factor) {
      return new Decimal(value.multiply(factor));
    }

    @Override
    public double estimate() {
      return value.doubleValue();
    }
  }

  /** A quotient of positive decimals. */
  record Quotient(BigDecimal dividend, BigDecimal divisor) implements ExactNumber {
    @Override
    public int compareTo(BigDecimal candidate) {
      return dividend.compareTo(candidate.multiply(divisor));
    }

    @Override
    public ExactNumber times(BigDecimal factor) {
      return new Quotient(dividend.multiply(factor), divisor);
    }

    @Override
    public double estimate() {
      return dividend.divide(divisor, MathContext.DECIMAL64).doubleValue();
    }
  }

  /** The square root of a positive decimal. */
  record Root(BigDecimal radicand) implements ExactNumber {
    @Override
    public int compareTo(BigDecimal candidate) {
      return radicand.compareTo(candidate.multiply(candidate));
    }

    @Override
    public ExactNumber times(BigDecimal factor) {
      return new Root(radicand.multiply(factor).multiply(factor));
    }

    @Override
    public double estimate() {
      return radicand.sqrt(MathContext.DECIMAL64).doubleValue();
    }
  }
}
