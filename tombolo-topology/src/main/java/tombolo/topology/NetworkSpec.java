// SPDX-License-Identifier: Apache-2.0

package tombolo.topology;

/**
 * A network of a topology.
 *
 * @param name unique, 1 to 32 of {@code a-z A-Z 0-9 - _}
 * @param line of the file, from 1; 0 if it is from no file
 * @param number its position among the networks, from 1, at most {@link #MOST}
 * @param outside whether it joins each of its VMs, alone, to the host's network; otherwise it is a
 *     switch between its VMs
 * @param loopback whether VMs of an outside network reach what listens at the host's loopback
 *     address, at the gateway's address
 */
public record NetworkSpec(String name, int line, int number, boolean outside, boolean loopback) {
  /** The most networks of a topology. */
  public static final int MOST = 255;
}
