// SPDX-License-Identifier: Apache-2.0
package tombolo.machine;

import tombolo.machine.console.Console;
import tombolo.machine.device.DeviceBus;
import tombolo.machine.host.HostServices;
import tombolo.machine.power.PowerControl;
import tombolo.memory.GuestMemory;
import tombolo.memory.HostMemory;

/**
 * What a {@link Vm} gives to the board that an accelerator builds for it. All of it is owned by the
 * VM and outlives the board.
 *
 * @param vmName for messages and thread names
 * @param vcpus number of vCPUs, 1 to the accelerator's maximum
 * @param memory the VM's guest physical address space, empty
 * @param ram zeroed host memory that the board maps as RAM, a multiple of the page size
 * @param mmio devices by guest physical address
 * @param ports devices by x86 port
 * @param console where the board's UART reads and writes
 * @param power what the board's power devices call
 * @param host the VM's time, workers and chance
 */
public record BoardContext(
    String vmName,
    int vcpus,
    GuestMemory memory,
    HostMemory ram,
    DeviceBus mmio,
    DeviceBus ports,
    Console console,
    PowerControl power,
    HostServices host) {}
