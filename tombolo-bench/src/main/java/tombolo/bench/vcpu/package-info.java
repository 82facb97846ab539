// SPDX-License-Identifier: Apache-2.0

/**
 * Suites {@code vcpu} and {@code guests}: how fast a vCPU runs guest programs, beside QEMU's two
 * modes, and what an exit, a trap or a TLB miss costs a guest.
 */
@NullMarked
package tombolo.bench.vcpu;

import org.jspecify.annotations.NullMarked;
