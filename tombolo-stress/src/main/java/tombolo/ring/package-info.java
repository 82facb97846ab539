// SPDX-License-Identifier: Apache-2.0

/** What two threads may see of a ring. */
@NullMarked
package tombolo.ring;

import org.jspecify.annotations.NullMarked;
