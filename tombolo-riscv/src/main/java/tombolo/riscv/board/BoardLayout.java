// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.board;

import tombolo.machine.pci.PciWindow;

/**
 * The places of everything on the board, as guest physical addresses and interrupt sources. They
 * are those of QEMU's {@code virt} board, so that one image runs on both.
 */
public final class BoardLayout {
  public static final long RAM_BASE = 0x8000_0000L;

  public static final long FINISHER_BASE = 0x10_0000;

  public static final long RTC_BASE = 0x10_1000;
  static final int RTC_SOURCE = 11;

  public static final long PLIC_BASE = 0x0c00_0000;

  /** The supervisor-level domain; QEMU has its machine-level one where the PLIC is. */
  public static final long APLIC_BASE = 0x0d00_0000;

  /** The supervisor-level interrupt files, a page a hart. */
  public static final long IMSIC_BASE = 0x2800_0000;

  public static final long UART_BASE = 0x1000_0000;
  static final int UART_SOURCE = 10;
  static final int UART_CLOCK = 3_686_400;

  public static final long PCI_CONFIG_BASE = 0x3000_0000;
  static final int PCI_FIRST_SOURCE = 32;

  /** Behind the PCI bridge's four: doorbells without a device of their own (docs/abi.md). */
  public static final int SPARE_SOURCE = 36;

  public static final PciWindow PCI_LOW = new PciWindow(0x4000_0000L, 0x4000_0000L);
  public static final PciWindow PCI_HIGH = new PciWindow(0x4_0000_0000L, 0x4_0000_0000L);

  /** The most bytes of RAM: the space up to the PCI bridge's upper window. */
  public static final long MAX_RAM = PCI_HIGH.base() - RAM_BASE;

  private BoardLayout() {}
}
