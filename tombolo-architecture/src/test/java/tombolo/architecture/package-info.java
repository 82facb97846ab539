// SPDX-License-Identifier: Apache-2.0

/** What {@code docs/architecture.md} says of all modules together, as tests. */
@NullMarked
package tombolo.architecture;

import org.jspecify.annotations.NullMarked;
