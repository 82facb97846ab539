// SPDX-License-Identifier: Apache-2.0

/**
 * A server of GDB's remote protocol ("GDB Remote Serial Protocol" in GDB's manual). It serves one
 * VM, whose vCPUs are GDB's threads.
 *
 * <p>A {@link tombolo.debug.GdbServer} listens and runs one session at a time. A session drives a
 * {@link tombolo.debug.Target}: {@link tombolo.debug.LiveTarget} is a VM that runs, and the
 * simulation has one that can go backwards.
 */
@NullMarked
package tombolo.debug;

import org.jspecify.annotations.NullMarked;
