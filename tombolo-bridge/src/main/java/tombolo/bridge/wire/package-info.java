// SPDX-License-Identifier: Apache-2.0

/** The frames that bridges exchange, to the byte: docs/bridge-format.md. */
@NullMarked
package tombolo.bridge.wire;

import org.jspecify.annotations.NullMarked;
