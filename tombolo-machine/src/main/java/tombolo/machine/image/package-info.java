// SPDX-License-Identifier: Apache-2.0

/** Guest images: what an ELF64 or flat file loads, where, and where it starts. */
@NullMarked
package tombolo.machine.image;

import org.jspecify.annotations.NullMarked;
