// SPDX-License-Identifier: Apache-2.0

/**
 * Suite {@code linux}: Debian's kernel in Tombolo's VMs and in QEMU's, side by side ({@link
 * tombolo.bench.linux.LinuxSuite}). Everything here is a process of its own, started as a person
 * would start it; what is measured is what that person sees.
 */
@NullMarked
package tombolo.bench.linux;

import org.jspecify.annotations.NullMarked;
