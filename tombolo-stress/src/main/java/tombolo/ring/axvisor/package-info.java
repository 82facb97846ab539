// SPDX-License-Identifier: Apache-2.0

/** What two threads may see of an AxVisor region. */
@NullMarked
package tombolo.ring.axvisor;

import org.jspecify.annotations.NullMarked;
