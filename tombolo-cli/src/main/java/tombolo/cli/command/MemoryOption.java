// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.command;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;
import tombolo.topology.InputException;
import tombolo.topology.MemorySize;

/** Parses an amount of memory. */
final class MemoryOption implements ITypeConverter<MemorySize> {
  @Override
  public MemorySize convert(String text) {
    try {
      return MemorySize.parse(text);
    } catch (InputException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}
