// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.image;

import org.jspecify.annotations.Nullable;

/**
 * What a VM starts from: a kernel, and what a boot loader would hand to it.
 *
 * @param kernel the program, checked
 * @param initrd bytes of the initial RAM disk, or null
 * @param commandLine for the device tree's {@code /chosen/bootargs}; may be empty
 */
@SuppressWarnings("ArrayRecordComponent") // bytes to be copied, never compared
public record BootImage(KernelImage kernel, byte @Nullable [] initrd, String commandLine) {}
