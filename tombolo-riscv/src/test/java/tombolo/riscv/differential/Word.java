// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.differential;

/** One encoded instruction and the name under which {@link Coverage} counts it. */
record Word(String mnemonic, int bits) {

  /** 2 or 4: the length that the lowest two bits announce. */
  int bytes() {
    return (bits & 3) == 3 ? 4 : 2;
  }
}
