// SPDX-License-Identifier: Apache-2.0

/**
 * Suite {@code linux}: Debian's kernel in Tombolo's VMs and in QEMU's, side by side ({@link
 * tombolo.bench.linux.LinuxSuite}). Each VM monitor runs in a process that is started as a person
 * would start it, so the suite measures what that person sees.
 */
@NullMarked
package tombolo.bench.linux;

import org.jspecify.annotations.NullMarked;
