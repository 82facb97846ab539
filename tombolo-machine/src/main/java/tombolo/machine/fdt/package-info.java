// SPDX-License-Identifier: Apache-2.0

/** Flattened device trees, written as the Devicetree Specification 0.4, chapter 5, lays down. */
@NullMarked
package tombolo.machine.fdt;

import org.jspecify.annotations.NullMarked;
