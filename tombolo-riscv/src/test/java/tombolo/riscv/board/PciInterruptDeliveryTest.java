// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.board;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tombolo.machine.device.DeviceBus;
import tombolo.machine.device.InterruptLine;
import tombolo.machine.pci.Msix;
import tombolo.machine.pci.PciBar;
import tombolo.machine.pci.PciFunction;
import tombolo.machine.pci.PciIdentity;
import tombolo.riscv.BoardFixture;
import tombolo.riscv.hart.Hart;
import tombolo.riscv.interrupt.InterruptController;
import tombolo.riscv.interrupt.InterruptFile;

/** A PCI function's interrupts on a board with IMSICs and an APLIC: by its pin, and by MSI-X. */
class PciInterruptDeliveryTest {
  private static final int DEVICE = 3;
  private static final int INTD = BoardLayout.PCI_FIRST_SOURCE + DEVICE;
  private static final int MSIX_CONTROL = 0x42;
  private static final int MSIX_ENABLE = 0x8000;
  private static final int IDENTITY = 55;
  private static final long HART_1 = BoardLayout.IMSIC_BASE + 0x1000;

  private final BoardFixture board = new BoardFixture(2, InterruptController.AIA);
  private final Msix msix = new Msix(2, 0, board.mmio);
  private final InterruptLine pin = board.board.pci().add(DEVICE, new Function());

  private final class Function implements PciFunction {
    @Override
    public String name() {
      return "function";
    }

    @Override
    public PciIdentity identity() {
      return new PciIdentity(0x1234, 0x5678, 0xff0000, 1);
    }

    @Override
    public List<PciBar> bars() {
      return List.of();
    }

    @Override
    public Msix msix() {
      return msix;
    }
  }

  @AfterEach
  void close() {
    board.close();
  }

  private void store(long gpa, int size, long value) {
    DeviceBus.Slot slot = Objects.requireNonNull(board.mmio.find(gpa, size));
    slot.device().write(gpa - slot.base(), size, value);
  }

  private void configure(int register, int size, long value) {
    store(BoardLayout.PCI_CONFIG_BASE + (DEVICE << 15) + register, size, value);
  }

  /** Points a vector to hart 1 and unmasks it; the table is the only BAR, first in its window. */
  private void aim(int vector, long gpa, int data) {
    long entry = BoardLayout.PCI_LOW.base() + 16L * vector;
    store(entry, 8, gpa);
    store(entry + 8, 4, data);
    store(entry + 12, 4, 0);
  }

  private void accept(int hart) {
    InterruptFile file = file(hart);
    file.access(0xc0, 0, -1);
    file.access(0x70, 0, 1);
  }

  private InterruptFile file(int hart) {
    return Objects.requireNonNull(board.vcpus().get(hart).interruptFile);
  }

  private boolean interrupted(int hart) {
    return (board.hart(hart).pendingInterrupts() & Hart.SEIP) != 0;
  }

  @Test
  void aVectorInterruptsTheHartThatItIsAimedAt() {
    accept(0);
    accept(1);
    aim(1, HART_1, IDENTITY);
    configure(MSIX_CONTROL, 2, MSIX_ENABLE);
    msix.signal(1);
    assertThat(interrupted(1)).isTrue();
    assertThat(interrupted(0)).isFalse();
    assertThat(file(1).claim()).isEqualTo(IDENTITY << 16 | IDENTITY);
    assertThat(msix.sent()).isEqualTo(1);
  }

  @Test
  void aVectorThatIsAimedAtNoInterruptFileIsDropped() {
    accept(0);
    accept(1);
    configure(MSIX_CONTROL, 2, MSIX_ENABLE);
    for (long gpa :
        new long[] {
          BoardLayout.IMSIC_BASE + 0x2000, BoardLayout.APLIC_BASE + 0x2000, BoardLayout.RAM_BASE
        }) {
      aim(0, gpa, IDENTITY);
      msix.signal(0);
    }
    assertThat(msix.dropped()).isEqualTo(3);
    assertThat(interrupted(0) || interrupted(1)).isFalse();
  }

  @Test
  void thePinIsASourceOfTheAplicUntilMsixIsEnabled() {
    accept(1);
    store(BoardLayout.APLIC_BASE + 4 * INTD, 4, 6);
    store(BoardLayout.APLIC_BASE + 0x3000 + 4 * INTD, 4, 1 << 18 | IDENTITY);
    store(BoardLayout.APLIC_BASE + 0x1edc, 4, INTD);
    store(BoardLayout.APLIC_BASE, 4, 0x100);
    pin.raise();
    assertThat(file(1).claim()).isEqualTo(IDENTITY << 16 | IDENTITY);
    pin.lower();
    configure(MSIX_CONTROL, 2, MSIX_ENABLE);
    pin.raise();
    assertThat(interrupted(1)).isFalse();
  }
}
