// SPDX-License-Identifier: Apache-2.0
/**
 * Where pages come from: the only package of this module that calls foreign functions. Everything
 * outside sees {@link tombolo.memory.posix.PageSource}.
 */
@NullMarked
package tombolo.memory.posix;

import org.jspecify.annotations.NullMarked;
