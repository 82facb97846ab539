// SPDX-License-Identifier: Apache-2.0

/** What a topology is: VMs, the channels between them, and the platforms that run them. */
@NullMarked
package tombolo.topology;

import org.jspecify.annotations.NullMarked;
