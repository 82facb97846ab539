// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.run;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.module.ModuleReader;
import java.lang.module.ResolvedModule;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import tombolo.machine.image.BootImage;
import tombolo.machine.image.KernelImage;
import tombolo.topology.DiskSpec;
import tombolo.topology.InputException;
import tombolo.topology.Topology;
import tombolo.topology.VmSpec;

/**
 * What a simulated run depends on besides its options, each part by a short hash: the build of
 * Tombolo, the topology file, and what its VMs boot. With it, a replay notices that it would be
 * another run.
 *
 * @param parts in an order that the topology gives
 */
public record Recorded(List<Part> parts) {
  private static final int DIGITS = 6;
  private static final char SEPARATOR = '-';

  /**
   * A part.
   *
   * @param name for people
   */
  public record Part(String name, String hash) {}

  /**
   * Looks at what a run depends on now.
   *
   * @param file the topology's
   * @throws InputException if a file cannot be read
   */
  public static Recorded of(Path file, Topology topology) {
    List<Part> parts = new ArrayList<>();
    try {
      parts.add(new Part("the build of Tombolo", build()));
      parts.add(new Part(file.toString(), hash(Files.readAllBytes(file))));
      for (VmSpec vm : topology.vms()) {
        BootImage image = vm.image();
        parts.add(new Part("the kernel of " + vm.name(), hash(image.kernel())));
        byte[] initrd = image.initrd();
        if (initrd != null) {
          parts.add(new Part("the initrd of " + vm.name(), hash(initrd)));
        }
        for (DiskSpec disk : vm.virtio().disks()) {
          parts.add(new Part(disk.file().toString(), hash(disk.file())));
        }
      }
    } catch (IOException e) {
      throw new InputException("can't be read: " + e.getMessage());
    }
    return new Recorded(parts);
  }

  private static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static String shortened(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest()).substring(0, DIGITS);
  }

  private static String hash(byte[] bytes) {
    MessageDigest digest = digest();
    digest.update(bytes);
    return shortened(digest);
  }

  private static String hash(Path file) throws IOException {
    MessageDigest digest = digest();
    try (InputStream in = Files.newInputStream(file)) {
      update(digest, in);
    }
    return shortened(digest);
  }

  private static void update(MessageDigest digest, InputStream in) throws IOException {
    byte[] buffer = new byte[1 << 16];
    for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
      digest.update(buffer, 0, read);
    }
  }

  private static String hash(KernelImage kernel) {
    MessageDigest digest = digest();
    for (KernelImage.Segment segment : kernel.segments()) {
      digest.update((segment.gpa() + " " + segment.memorySize()).getBytes(StandardCharsets.UTF_8));
      digest.update(segment.content());
    }
    return shortened(digest);
  }

  /** Hashes the classes of our modules; those of a class path, as in tests, are not looked at. */
  private static String build() throws IOException {
    MessageDigest digest = digest();
    List<ResolvedModule> modules =
        ModuleLayer.boot().configuration().modules().stream()
            .filter(module -> module.name().startsWith("tombolo."))
            .sorted(Comparator.comparing(ResolvedModule::name))
            .toList();
    for (ResolvedModule module : modules) {
      try (ModuleReader reader = module.reference().open()) {
        List<String> classes =
            reader.list().filter(name -> name.endsWith(".class")).sorted().toList();
        for (String name : classes) {
          try (InputStream in = reader.open(name).orElseThrow()) {
            update(digest, in);
          }
        }
      } catch (UncheckedIOException e) {
        throw e.getCause();
      }
    }
    return shortened(digest);
  }

  /** Returns the hashes, for a command line. */
  public String text() {
    return parts.stream().map(Part::hash).collect(Collectors.joining(String.valueOf(SEPARATOR)));
  }

  /**
   * Checks that these are the parts of which somebody has written down the hashes.
   *
   * @param recorded what {@link #text} returned then
   * @throws InputException if not; it names those that differ
   */
  public void check(String recorded) {
    List<String> hashes = List.of(recorded.strip().split(String.valueOf(SEPARATOR), -1));
    if (hashes.size() != parts.size()) {
      throw new InputException(
          "--recorded %s: is of another topology: it has %d hashes, and this run depends on %d files"
              .formatted(recorded, hashes.size(), parts.size()));
    }
    List<String> others = new ArrayList<>();
    for (int i = 0; i < hashes.size(); i++) {
      if (!hashes.get(i).equals(parts.get(i).hash)) {
        others.add(parts.get(i).name);
      }
    }
    if (!others.isEmpty()) {
      throw new InputException(
          "this is another run than the one that was recorded: %s %s changed; take the old, or"
                  .formatted(String.join(", ", others), others.size() == 1 ? "has" : "have")
              + " leave --recorded out");
    }
  }
}
