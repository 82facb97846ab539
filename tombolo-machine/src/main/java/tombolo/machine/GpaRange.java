// SPDX-License-Identifier: Apache-2.0
package tombolo.machine;

/**
 * Whole pages of a guest's physical address space.
 *
 * @param gpa the first guest physical address, a multiple of the page size
 * @param size bytes, a positive multiple of the page size
 */
public record GpaRange(long gpa, long size) {}
