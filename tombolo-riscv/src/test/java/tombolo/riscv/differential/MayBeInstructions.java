// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.differential;

import static tombolo.riscv.differential.Template.integer;

import java.util.List;

/** Zimop: operations that may be something some day, and until then write 0. */
final class MayBeInstructions {
  private MayBeInstructions() {}

  static final List<Template> ALL =
      List.of(
          integer("mop.r.n", o -> Encode.r(unary(o.chance().between(0, 31)), o.rd(), o.rs(), 0)),
          integer(
              "mop.rr.n", o -> Encode.r(binary(o.chance().between(0, 7)), o.rd(), o.rs(), o.rs())));

  private static int unary(int n) {
    return 0x81c04073 | (n & 3) << 20 | (n >> 2 & 3) << 26 | n >> 4 << 30;
  }

  private static int binary(int n) {
    return 0x82004073 | (n & 3) << 26 | n >> 2 << 30;
  }
}
