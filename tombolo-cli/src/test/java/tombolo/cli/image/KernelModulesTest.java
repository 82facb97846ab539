// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a module needs comes before it, and nothing else does. */
class KernelModulesTest {
  @TempDir private Path directory;

  @BeforeEach
  void writeTheLists() throws IOException {
    write(
        "modules.dep",
        "kernel/fs/ext4/ext4.ko.xz: kernel/fs/jbd2/jbd2.ko.xz kernel/lib/crc16.ko.xz",
        "kernel/fs/jbd2/jbd2.ko.xz:",
        "kernel/lib/crc16.ko.xz:",
        "kernel/crypto/crc32c_generic.ko.xz:",
        "kernel/drivers/net/virtio_net.ko: kernel/net/core/failover.ko"
            + " kernel/net/core/net-failover.ko",
        "kernel/net/core/net-failover.ko: kernel/net/core/failover.ko",
        "kernel/net/core/failover.ko:",
        "kernel/a/one.ko: kernel/a/two.ko",
        "kernel/a/two.ko: kernel/a/one.ko");
    write(
        "modules.softdep",
        "# Soft dependencies extracted from modules themselves.",
        "softdep ext4 pre: crc32c post: one");
    write("modules.alias", "alias crc32c crc32c_generic", "alias fs-ext4 ext4");
    write("modules.builtin", "kernel/drivers/virtio/virtio_pci.ko");
  }

  private void write(String name, String... lines) throws IOException {
    Files.write(directory.resolve(name), List.of(lines));
  }

  private List<String> files(String name) throws IOException {
    return KernelModules.in(directory).files(name).stream()
        .map(file -> directory.relativize(file).toString())
        .toList();
  }

  @Test
  void whatAModuleNeedsIsLoadedBeforeIt() throws IOException {
    assertThat(files("ext4"))
        .containsExactly(
            "kernel/lib/crc16.ko.xz",
            "kernel/fs/jbd2/jbd2.ko.xz",
            "kernel/crypto/crc32c_generic.ko.xz",
            "kernel/fs/ext4/ext4.ko.xz");
  }

  @Test
  void theOrderIsRightWhereTheListsIsNot() throws IOException {
    assertThat(files("virtio_net"))
        .containsExactly(
            "kernel/net/core/failover.ko",
            "kernel/net/core/net-failover.ko",
            "kernel/drivers/net/virtio_net.ko");
  }

  @Test
  void aNameIsGoodWithDashesOrUnderscores() throws IOException {
    assertThat(files("net_failover")).isEqualTo(files("net-failover")).hasSize(2);
  }

  @Test
  void nothingIsLoadedForWhatIsBuiltIn() throws IOException {
    assertThat(KernelModules.in(directory).has("virtio-pci")).isTrue();
    assertThat(files("virtio-pci")).isEmpty();
    assertThat(KernelModules.in(directory).has("ext3")).isFalse();
  }

  @Test
  void modulesThatNeedEachOtherEndNobody() throws IOException {
    assertThat(files("one")).hasSize(2);
  }

  @Test
  void withoutAListThereIsNoAnswer() throws IOException {
    Files.delete(directory.resolve("modules.dep"));

    assertThatExceptionOfType(NoSuchFileException.class)
        .isThrownBy(() -> KernelModules.in(directory));
  }
}
