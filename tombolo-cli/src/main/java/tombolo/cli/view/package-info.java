// SPDX-License-Identifier: Apache-2.0

/**
 * Running topologies as tables and JSON, and the socket through which other processes ask for them.
 */
@NullMarked
package tombolo.cli.view;

import org.jspecify.annotations.NullMarked;
