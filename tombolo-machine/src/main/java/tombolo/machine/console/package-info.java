// SPDX-License-Identifier: Apache-2.0

/** A guest's serial line as its other side sees it: streams, buffers, terminals. */
@NullMarked
package tombolo.machine.console;

import org.jspecify.annotations.NullMarked;
