// SPDX-License-Identifier: Apache-2.0

/** What the tests of several modules share; never a dependency of code that ships. */
@NullMarked
package tombolo.testing;

import org.jspecify.annotations.NullMarked;
