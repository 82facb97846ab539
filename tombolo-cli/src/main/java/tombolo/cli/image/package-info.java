// SPDX-License-Identifier: Apache-2.0

/** Initial RAM disks for Linux guests, made of files of the host. */
@NullMarked
package tombolo.cli.image;

import org.jspecify.annotations.NullMarked;
