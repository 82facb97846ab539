// SPDX-License-Identifier: Apache-2.0

/**
 * The protocol between two bridges: rings at the ends, frames in between. It knows nothing of
 * Aeron, so tests give it links that lose whatever they want.
 */
@NullMarked
package tombolo.bridge.stream;

import org.jspecify.annotations.NullMarked;
