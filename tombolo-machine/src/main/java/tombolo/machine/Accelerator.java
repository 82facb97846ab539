// SPDX-License-Identifier: Apache-2.0
package tombolo.machine;

/**
 * A way to run guest code: {@code riscv} interprets RISC-V in Java, {@code kvm} uses the host's
 * processor.
 */
public interface Accelerator {
  /** The name that people write: lower case, a word. */
  String name();

  /** Whether it works on this host, and if not, why and what to do. */
  Availability availability();

  /** The largest number of vCPUs a VM can have; at least 1. */
  int maxVcpus();

  /**
   * Builds the board of one VM: maps the RAM, attaches the common devices to the buses, makes the
   * vCPUs. Nothing runs yet.
   */
  Board createBoard(BoardContext context);
}
