// SPDX-License-Identifier: Apache-2.0

/** What two threads may see of a doorbell. */
@NullMarked
package tombolo.ivc.bell;

import org.jspecify.annotations.NullMarked;
