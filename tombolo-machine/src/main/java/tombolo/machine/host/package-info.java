// SPDX-License-Identifier: Apache-2.0

/** What a VM takes from its host: time, chance and threads. */
@NullMarked
package tombolo.machine.host;

import org.jspecify.annotations.NullMarked;
