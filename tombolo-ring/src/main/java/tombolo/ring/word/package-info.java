// SPDX-License-Identifier: Apache-2.0

/** How every format of this module loads and stores its words. Private to the module. */
@NullMarked
package tombolo.ring.word;

import org.jspecify.annotations.NullMarked;
