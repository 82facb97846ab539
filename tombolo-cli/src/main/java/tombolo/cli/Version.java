// SPDX-License-Identifier: Apache-2.0

package tombolo.cli;

import java.lang.module.ModuleDescriptor;
import java.util.Optional;
import picocli.CommandLine.IVersionProvider;

/** What {@code tombolo --version} prints: the version of Tombolo and of the Java that runs it. */
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {"tombolo " + version() + " (Java " + Runtime.version() + ")"};
  }

  /** Returns what the compiler was told by Maven; a class path has no module to ask. */
  private static String version() {
    return Optional.ofNullable(Version.class.getModule().getDescriptor())
        .flatMap(ModuleDescriptor::rawVersion)
        .orElse("from a class path");
  }
}
