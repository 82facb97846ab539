// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

/**
 * A part of a chain: bytes that are contiguous in guest physical addresses.
 *
 * @param gpa the first one's address; there was memory when the chain was taken
 * @param length bytes, 1 to 2^32 - 1
 */
record Buffer(long gpa, long length) {}
