// SPDX-License-Identifier: Apache-2.0

/**
 * The vocabulary of channels: what operations take and answer, with the codes that guests see
 * (docs/abi.md). Values only; all are immutable.
 */
@NullMarked
package tombolo.ivc.abi;

import org.jspecify.annotations.NullMarked;
