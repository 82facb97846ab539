// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.command;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Parses a port of this host for picocli, which makes one itself; 0 is a free one. */
final class PortOption implements ITypeConverter<Integer> {
  private static final int MOST = 65_535;

  @Override
  public Integer convert(String text) {
    int port = -1;
    try {
      port = Integer.parseInt(text.strip());
    } catch (NumberFormatException e) {
      // Said below.
    }
    if (port < 0 || port > MOST) {
      throw new TypeConversionException(
          "'%s': no port; give a number from 1 to %d, or 0 for a free one".formatted(text, MOST));
    }
    return port;
  }
}
