// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

/**
 * An onlooker's view of rings in memory that others use: numbers for people. Immutable.
 *
 * <p>An onlooker is not one of the sides and stores nothing. It loads words one after the other
 * while the sides work, and a side may store false ones. So each number is within its range, and
 * nothing more is certain.
 */
public interface RingView {}
