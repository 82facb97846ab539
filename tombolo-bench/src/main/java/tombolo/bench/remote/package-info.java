// SPDX-License-Identifier: Apache-2.0

/** Two hosts on one machine: network namespaces that a pair of virtual Ethernet devices joins. */
@NullMarked
package tombolo.bench.remote;

import org.jspecify.annotations.NullMarked;
