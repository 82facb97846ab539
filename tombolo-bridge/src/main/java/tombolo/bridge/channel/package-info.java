// SPDX-License-Identifier: Apache-2.0

/** The ends of a bridge in channels of this process. */
@NullMarked
package tombolo.bridge.channel;

import org.jspecify.annotations.NullMarked;
