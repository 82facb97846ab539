// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.differential;

import java.time.Duration;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import tombolo.machine.Vm;
import tombolo.machine.VmConfig;
import tombolo.machine.console.BufferConsole;
import tombolo.machine.host.HostServices;
import tombolo.machine.image.BootImage;
import tombolo.machine.image.ElfImage;
import tombolo.machine.image.ElfMachine;
import tombolo.machine.power.StopReason;
import tombolo.riscv.TestedEngine;

/** The embedded machine, as anybody would use it. Stateless. */
final class TomboloTarget implements Target {

  /**
   * Programs access what is not there on purpose. The field keeps the logger from being forgotten.
   */
  private static final Logger UNKNOWN_ACCESSES =
      Logger.getLogger("tombolo.machine.UnknownAccessLog");

  static {
    UNKNOWN_ACCESSES.setLevel(Level.OFF);
  }

  private final int vectorBits;

  /** Makes one whose vectors are as long as those of {@link QemuTarget#CPU}. */
  TomboloTarget() {
    this(256);
  }

  TomboloTarget(int vectorBits) {
    this.vectorBits = vectorBits;
  }

  @Override
  public String name() {
    return "Tombolo";
  }

  @Override
  public String run(byte[] image, Duration deadline) {
    BufferConsole console = new BufferConsole(HostServices.system());
    BootImage boot =
        new BootImage(ElfImage.parse(image, ElfMachine.RISCV, "differential"), null, "");
    try (Vm vm =
        Vm.create(
            VmConfig.of("differential", boot, console, HostServices.system()),
            TestedEngine.accelerator().withVectorLength(vectorBits / 8))) {
      vm.boot();
      Optional<StopReason> reason = vm.awaitStop(deadline);
      String why = reason.map(StopReason::describe).orElse("still running at the deadline");
      return console.text() + "(" + why + ")\n";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return console.text();
    }
  }
}
