// SPDX-License-Identifier: Apache-2.0

package tombolo.topology;

/**
 * Another host.
 *
 * @param name unique, 1 to 32 of {@code a-z A-Z 0-9 - _}; its {@code host.name} there
 * @param line of the file, from 1
 * @param address where it is reached; with the resolver the host is its name
 * @param resolved whether the resolver finds the address
 */
public record RemoteSpec(String name, int line, SocketAddressSpec address, boolean resolved) {}
