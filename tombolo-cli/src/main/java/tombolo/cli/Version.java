// SPDX-License-Identifier: Apache-2.0

package tombolo.cli;

import picocli.CommandLine.IVersionProvider;

/** What {@code tombolo --version} prints: the version of Tombolo and of the Java that runs it. */
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {"tombolo 0.1.0-SNAPSHOT (Java " + Runtime.version() + ")"};
  }
}
