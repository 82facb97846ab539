// SPDX-License-Identifier: Apache-2.0
package tombolo.sim;

import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import tombolo.machine.state.StateWriter;

/** A hash of what a simulation has come to. */
final class Fingerprint {
  private final MessageDigest digest = sha256();
  private final StateWriter writer =
      new StateWriter(new DigestOutputStream(OutputStream.nullOutputStream(), digest));

  Fingerprint() {}

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Returns where to write what it covers. */
  StateWriter writer() {
    return writer;
  }

  /** Returns the hash, 64 hexadecimal digits. Called once, at the end. */
  String digits() {
    return HexFormat.of().formatHex(digest.digest());
  }
}
