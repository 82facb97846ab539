// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.differential;

/** Draws a few instructions that test one thing and writes them. Stateless. */
@FunctionalInterface
interface Snippet {
  void write(Sequence out);
}
