// SPDX-License-Identifier: Apache-2.0

/** Access to the words of every format in this module. Private to the module. */
@NullMarked
package tombolo.ring.word;

import org.jspecify.annotations.NullMarked;
