// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.command;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;
import tombolo.machine.vsock.VsockSwitch;
import tombolo.topology.VsockSpec;

/** Parses {@code CID[,PATH]}. */
final class VsockOption implements ITypeConverter<VsockSpec> {
  @Override
  public VsockSpec convert(String text) {
    int comma = text.indexOf(',');
    String number = comma < 0 ? text : text.substring(0, comma);
    long cid = cid(number.strip());
    if (comma < 0) {
      return new VsockSpec(cid, null);
    }
    try {
      VsockSpec vsock = new VsockSpec(cid, Path.of(text.substring(comma + 1)));
      String objection = vsock.objection();
      if (objection != null) {
        throw new TypeConversionException(objection);
      }
      return vsock;
    } catch (InvalidPathException e) {
      throw new TypeConversionException("not a path: " + e.getReason());
    }
  }

  private static long cid(String number) {
    try {
      long cid = Long.parseLong(number);
      if (cid >= VsockSwitch.FIRST_CID && cid <= VsockSwitch.LAST_CID) {
        return cid;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new TypeConversionException(
        "'%s': not a CID; use %d to %d"
            .formatted(number, VsockSwitch.FIRST_CID, VsockSwitch.LAST_CID));
  }
}
