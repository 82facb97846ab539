// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.command;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A disk with a root file system, as people write it: {@code /dev/vda} or {@code /dev/vda1:btrfs}.
 *
 * @param device a path of letters, digits and slashes
 * @param type letters and digits
 */
record RootOption(String device, String type) {
  private static final Pattern SYNTAX = Pattern.compile("(/dev/[A-Za-z0-9/_-]+)(?::([a-z0-9]+))?");

  /** Parses one for picocli. */
  static final class Converter implements ITypeConverter<RootOption> {
    @Override
    public RootOption convert(String text) {
      Matcher matcher = SYNTAX.matcher(text.strip());
      if (!matcher.matches()) {
        throw new TypeConversionException(
            "'%s': not a disk of the guest; write it like /dev/vda, or /dev/vda1:ext4"
                .formatted(text));
      }
      return new RootOption(matcher.group(1), matcher.group(2) == null ? "ext4" : matcher.group(2));
    }
  }
}
