// SPDX-License-Identifier: Apache-2.0

/**
 * Runs a topology: makes its VMs, restarts those that may be, stops them and reports how they
 * ended.
 */
@NullMarked
package tombolo.topology.run;

import org.jspecify.annotations.NullMarked;
