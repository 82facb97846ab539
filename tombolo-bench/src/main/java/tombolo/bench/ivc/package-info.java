// SPDX-License-Identifier: Apache-2.0

/**
 * Suite {@code ivc}: what it costs to join channels, to ring doorbells and to move bytes between
 * VMs, and between a VM and Java code ({@link tombolo.bench.ivc.IvcSuite}).
 */
@NullMarked
package tombolo.bench.ivc;

import org.jspecify.annotations.NullMarked;
