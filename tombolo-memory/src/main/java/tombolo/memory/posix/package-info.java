// SPDX-License-Identifier: Apache-2.0
/**
 * Sources of pages. This is the only package of the module that calls foreign functions. The rest
 * of the module uses {@link tombolo.memory.posix.PageSource}.
 */
@NullMarked
package tombolo.memory.posix;

import org.jspecify.annotations.NullMarked;
