// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.debug;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a debugger does with a {@link tombolo.machine.Vcpu}: it reads and writes registers, and
 * holds it at any instruction.
 *
 * <p>All calls but {@link #hold} are made while the vCPU does not execute: by its {@link Hold}, or
 * while the VM is suspended. None of those that only look changes what the guest sees, or what it
 * will do.
 */
public interface Debuggable {
  /** Returns the architecture's name in GDB, such as {@code riscv:rv64}. */
  String architecture();

  /**
   * Returns its registers, in sets. Their order numbers them: the first register of the first set
   * is 0. Always the same.
   */
  List<RegisterSet> registerSets();

  /**
   * Returns a register's bytes, least significant first.
   *
   * @param number from 0
   * @throws IndexOutOfBoundsException if there is no such register
   */
  byte[] register(int number);

  /**
   * Writes a register. Bits that the register does not have are ignored, as the guest's own writes
   * are.
   *
   * @param value as many bytes as {@link #register} returns
   * @return false if it cannot be written; nothing has changed then
   * @throws IndexOutOfBoundsException if there is no such register
   * @throws IllegalArgumentException if the value has another size
   */
  boolean setRegister(int number, byte[] value);

  /** Returns how many instructions were retired since the board was made. */
  long retired();

  /** Returns the virtual address of the next instruction. */
  long pc();

  /**
   * Returns the guest physical address behind a virtual one, whatever the present privilege may do
   * there.
   *
   * @return -1 if there is none
   */
  long gpa(long va);

  /** Returns which memory the next instruction accesses; null if none, or if that is unknown. */
  @Nullable DataAccess nextAccess();

  /** Notes that somebody has written guest memory, which may hold code. */
  void memoryChanged();

  /**
   * Sets what decides how far the vCPU runs on. Set before the VM boots, or while it is suspended.
   *
   * @param hold null to run freely
   */
  void hold(@Nullable Hold hold);
}
