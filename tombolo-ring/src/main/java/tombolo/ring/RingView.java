// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

/**
 * What an onlooker sees of rings in memory that others use: numbers for people. Immutable.
 *
 * <p>Whoever looks is none of the sides and stores nothing. Words are loaded one after the other
 * while the sides work, and may be lies: what is shown is in its range, and no more.
 */
public interface RingView {}
