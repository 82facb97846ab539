// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.power;

import org.jspecify.annotations.Nullable;

/**
 * The place at which a vCPU's guest went wrong, with what a person needs to find the mistake.
 *
 * @param vcpu index of the vCPU
 * @param pc guest virtual address of the instruction
 * @param cause the architecture's cause in words, for example "store access fault"
 * @param address the address or instruction that the cause is about (the architecture's trap value)
 * @param symbol the last symbol at or below pc with its offset, or null where none is known
 * @param detail what the vCPU did about it, for example "its trap vector faults, too"
 */
public record GuestFault(
    int vcpu, long pc, String cause, long address, @Nullable String symbol, String detail) {
  /** Describes the fault for a person, in one line. */
  public String describe() {
    return "vCPU %d: %s at pc 0x%x%s, address 0x%x: %s"
        .formatted(vcpu, cause, pc, symbol == null ? "" : " (" + symbol + ")", address, detail);
  }
}
