// SPDX-License-Identifier: Apache-2.0

package tombolo.testing;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/**
 * A program of the host that a test runs: an emulator to compare with, a compiler, an assembler.
 *
 * <p>Where it is missing the test is skipped and says so on standard error, with the Debian package
 * that brings it. Where the environment has {@code TOMBOLO_REQUIRE_TOOLS=1}, as in CI, the test
 * fails: there nothing is skipped. Stateless.
 */
public final class RequiredTool {
  /** Debian's package of each tool whose package is not called like the tool. */
  private static final Map<String, String> PACKAGES =
      Map.ofEntries(
          Map.entry("qemu-riscv64", "qemu-user"),
          Map.entry("qemu-system-riscv64", "qemu-system-misc and opensbi"),
          Map.entry("riscv64-linux-gnu-gcc", "gcc-riscv64-linux-gnu"),
          Map.entry("riscv64-linux-gnu-as", "binutils-riscv64-linux-gnu"),
          Map.entry("riscv64-linux-gnu-objdump", "binutils-riscv64-linux-gnu"),
          Map.entry("dtc", "device-tree-compiler"),
          Map.entry("depmod", "kmod"),
          Map.entry("mke2fs", "e2fsprogs"),
          Map.entry("script", "bsdutils"),
          Map.entry("setpriv", "util-linux"),
          Map.entry("taskset", "util-linux"),
          Map.entry("unshare", "util-linux"));

  private RequiredTool() {}

  /**
   * The path of a tool, looked up in {@code PATH} and where Debian keeps programs of root's.
   *
   * @throws org.opentest4j.TestAbortedException where it is missing and may be
   * @throws AssertionError where it is missing and must not be
   */
  public static Path require(String tool) {
    String path =
        System.getenv().getOrDefault("PATH", "")
            + File.pathSeparator
            + "/usr/sbin"
            + File.pathSeparator
            + "/sbin";
    boolean mandatory = "1".equals(System.getenv("TOMBOLO_REQUIRE_TOOLS"));
    return require(tool, path, mandatory);
  }

  /**
   * The path of a tool that {@code guests/linux/fetch --tools} got from Debian 13, which may be a
   * later one than the machine's: {@code qemu-system-riscv64} or {@code qemu-riscv64} of QEMU 10.0,
   * {@code riscv64-linux-gnu-as} or {@code riscv64-linux-gnu-objdump} of binutils 2.44.
   *
   * @throws org.opentest4j.TestAbortedException where it is missing and may be
   * @throws AssertionError where it is missing and must not be
   */
  public static Path requireFetched(String tool) {
    boolean mandatory = "1".equals(System.getenv("TOMBOLO_REQUIRE_TOOLS"));
    return requireFetched(tool, cache(System.getenv()), mandatory);
  }

  private static Path cache(Map<String, String> environment) {
    String home = Path.of(System.getProperty("user.home"), ".cache").toString();
    return Path.of(environment.getOrDefault("XDG_CACHE_HOME", home), "tombolo", "tools");
  }

  static Path requireFetched(String tool, Path directory, boolean mandatory) {
    Path file = directory.resolve(tool);
    return Files.isExecutable(file)
        ? file
        : miss("%s does not exist; guests/linux/fetch --tools makes it".formatted(file), mandatory);
  }

  static Path require(String tool, String path, boolean mandatory) {
    Stream<Path> candidates =
        Pattern.compile(File.pathSeparator, Pattern.LITERAL)
            .splitAsStream(path)
            .filter(directory -> !directory.isEmpty())
            .map(directory -> Path.of(directory, tool));
    return candidates
        .filter(Files::isExecutable)
        .findFirst()
        .orElseGet(() -> miss(isNotOnThePath(tool), mandatory));
  }

  private static String isNotOnThePath(String tool) {
    String debianPackage = PACKAGES.getOrDefault(tool, tool);
    return tool + " is not on the PATH; on Debian: apt-get install " + debianPackage;
  }

  private static Path miss(String what, boolean mandatory) {
    if (mandatory) {
      return Assertions.fail(what);
    }
    System.err.println("SKIPPED: " + what);
    return Assumptions.abort(what);
  }
}
