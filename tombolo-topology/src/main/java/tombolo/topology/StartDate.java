// SPDX-License-Identifier: Apache-2.0

package tombolo.topology;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;

/** Dates for the real-time clocks of VMs, as people write them. */
public final class StartDate {
  private static final Instant FIRST = Instant.EPOCH;
  private static final Instant LAST = Instant.parse("2261-12-31T23:59:59Z");

  private StartDate() {}

  /**
   * Parses a date like {@code 2026-01-01T00:00:00Z} or {@code 2026-01-01T02:00:00+02:00}.
   *
   * @throws InputException if it is none, or a clock cannot show it; says why
   */
  public static Instant parse(String text) {
    Instant date;
    try {
      date = OffsetDateTime.parse(text.strip()).toInstant();
    } catch (DateTimeParseException e) {
      throw new InputException(
          "'%s': not a date; write it like 2026-01-01T00:00:00Z".formatted(text));
    }
    if (date.isBefore(FIRST) || date.isAfter(LAST)) {
      throw new InputException("'%s': out of range; use 1970 to 2261".formatted(text));
    }
    return date;
  }
}
