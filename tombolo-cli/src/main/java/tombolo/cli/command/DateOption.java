// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.command;

import java.time.Instant;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;
import tombolo.topology.InputException;
import tombolo.topology.StartDate;

/** Parses a date. */
final class DateOption implements ITypeConverter<Instant> {
  @Override
  public Instant convert(String text) {
    try {
      return StartDate.parse(text);
    } catch (InputException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}
