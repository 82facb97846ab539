// SPDX-License-Identifier: Apache-2.0

/** The device as Linux gives it to a process: sysfs, UIO, and calls of the C library. */
@NullMarked
package tombolo.guest.linux;

import org.jspecify.annotations.NullMarked;
