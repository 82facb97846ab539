// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

/**
 * Separates the fields of a subclass from the cache lines of the preceding object on the heap. The
 * two sides of a ring are often created one after the other, and each writes its fields all the
 * time.
 */
abstract class Spaced {
  @SuppressWarnings("unused")
  private long s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, s12, s13, s14, s15;
}
