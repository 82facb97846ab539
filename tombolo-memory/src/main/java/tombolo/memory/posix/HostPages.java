// SPDX-License-Identifier: Apache-2.0
package tombolo.memory.posix;

import java.util.Locale;
import java.util.Set;

/** Chooses the {@link PageSource} of this host, once. */
final class HostPages {
  /** Architectures whose Linux uses the flag values of {@link AnonymousPages}; a few differ. */
  private static final Set<String> LINUX = Set.of("amd64", "aarch64", "riscv64", "loongarch64");

  static final PageSource SOURCE =
      choose(System.getProperty("os.name", ""), System.getProperty("os.arch", ""));

  private HostPages() {}

  private static PageSource choose(String system, String architecture) {
    String name = system.toLowerCase(Locale.ROOT);
    if (name.equals("linux") && LINUX.contains(architecture)) {
      return new LinuxPages();
    }
    return name.startsWith("mac") ? AnonymousPages.ofMacOs() : new ArenaPages();
  }
}
