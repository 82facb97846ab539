// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tombolo.cli.image.Initramfs;
import tombolo.machine.Vm;
import tombolo.machine.VmConfig;
import tombolo.machine.VmState;
import tombolo.machine.console.BufferConsole;
import tombolo.machine.host.SteppedHost;
import tombolo.machine.image.BootImage;
import tombolo.machine.image.ElfMachine;
import tombolo.machine.image.Initrd;
import tombolo.machine.image.KernelImage;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.machine.virtio.EntropyDevice;
import tombolo.machine.virtio.VirtioPci;
import tombolo.riscv.RiscvAccelerator;

/**
 * Debian that is saved in the middle of its boot and goes on in another VM ends as if nothing had
 * happened: it prints the same and retires the same number of instructions.
 *
 * <p>{@code -Dtombolo.linux-saves=50} saves more often, {@code -Dtombolo.seed=} at other moments.
 */
@Timeout(value = 40, unit = TimeUnit.MINUTES)
class SavedLinuxTest {
  private static final int SAVES = Integer.getInteger("tombolo.linux-saves", 3);
  private static final long SEED = Long.getLong("tombolo.seed", 1);
  private static final int HARTS = 2;
  private static final long MEMORY = 160L << 20;

  @TempDir private Path directory;

  /** A Debian whose workers the test steps. */
  private static final class Debian implements AutoCloseable {
    final SteppedHost host;
    final BufferConsole console;
    final Vm vm;
    private final BootImage image;

    Debian(BootImage image, long seed) {
      this.image = image;
      host = new SteppedHost(seed);
      console = new BufferConsole(host.services());
      vm =
          Vm.create(
              VmConfig.of("debian", image, console, host.services())
                  .withVcpus(HARTS)
                  .withMemory(MEMORY),
              new RiscvAccelerator());
      VirtioPci.plugIn(vm, 2, new EntropyDevice(host.services().random()));
    }

    void stepUntil(long steps) {
      while (host.steps() < steps && vm.state() != VmState.STOPPED) {
        assertThat(host.step()).as(console.text()).isTrue();
      }
    }

    byte[] save() {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      StateWriter out = new StateWriter(bytes);
      out.part("host", host);
      vm.save(out);
      return bytes.toByteArray();
    }

    Debian restored(byte[] saved) {
      Debian fresh = new Debian(image, 0);
      StateReader in = new StateReader(new ByteArrayInputStream(saved));
      in.part("host", fresh.host);
      fresh.vm.restore(in);
      return fresh;
    }

    @Override
    public void close() {
      vm.close();
    }
  }

  private BootImage image() throws Exception {
    LinuxFiles linux = LinuxFiles.require();
    Path script =
        Files.writeString(
            directory.resolve("script.sh"),
            """
            #!/bin/sh
            echo begin
            sha256sum /bin/busybox
            for i in 1 2 3 4 5 6 7 8; do (seq 1 2000 | md5sum) & done
            wait
            echo end
            poweroff -f
            """);
    Initramfs initramfs = new Initramfs(linux.busybox());
    initramfs.runScript(script);
    Path initrd = directory.resolve("initrd.cpio");
    initramfs.writeTo(initrd);
    KernelImage kernel =
        KernelImage.read(linux.kernel(), ElfMachine.RISCV, RiscvAccelerator.RAM_BASE);
    return new BootImage(kernel, Initrd.read(initrd), "console=ttyS0 quiet");
  }

  @Test
  void endsAsTheUndisturbedOne() throws Exception {
    BootImage image = image();
    long steps;
    try (Debian debian = new Debian(image, SEED)) {
      debian.vm.boot();
      debian.stepUntil(Long.MAX_VALUE);
      steps = debian.host.steps();
      assertThat(debian.console.text()).contains("begin").contains("end");
    }
    long[] moments =
        new SplittableRandom(SEED).longs(SAVES, 1, steps).sorted().distinct().toArray();

    String undisturbed = run(image, moments, false);
    assertThat(run(image, moments, true)).isEqualTo(undisturbed);
  }

  /**
   * Returns what Debian printed and how it ended. Suspends it at these moments, and hands it to
   * another VM there if wanted.
   */
  private static String run(BootImage image, long[] moments, boolean saves) {
    StringBuilder printed = new StringBuilder();
    Debian debian = new Debian(image, SEED);
    try {
      debian.vm.boot();
      for (long moment : moments) {
        debian.stepUntil(moment);
        if (debian.vm.state() == VmState.STOPPED) {
          break;
        }
        debian.vm.suspend();
        if (saves) {
          Debian next = debian.restored(debian.save());
          printed.append(debian.console.text());
          debian.close();
          debian = next;
        }
        debian.vm.resume();
      }
      debian.stepUntil(Long.MAX_VALUE);
      return "%s%s%n%s after %d steps"
          .formatted(printed, debian.console.text(), debian.vm.stopReason(), debian.host.steps());
    } finally {
      debian.close();
    }
  }
}
