// SPDX-License-Identifier: Apache-2.0

/** What a topology takes from its host: time, chance, and threads that step its workers. */
@NullMarked
package tombolo.machine.host;

import org.jspecify.annotations.NullMarked;
