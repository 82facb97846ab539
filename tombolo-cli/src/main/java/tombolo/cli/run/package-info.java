// SPDX-License-Identifier: Apache-2.0

/** Runs VMs for a person: consoles, the keyboard, signals, messages and the exit status. */
@NullMarked
package tombolo.cli.run;

import org.jspecify.annotations.NullMarked;
