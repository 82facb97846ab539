// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc.grant;

/**
 * The most that an endpoint may have published at a time. A channel stays on its publisher's
 * account until its memory is free, also when it was withdrawn or orphaned meanwhile.
 *
 * @param channels not negative
 * @param bytes not negative
 */
public record Quota(int channels, long bytes) {
  /** No channel at all. */
  public static final Quota NONE = new Quota(0, 0);

  /** 64 channels of together 64 MiB. */
  public static final Quota DEFAULT = new Quota(64, 64L << 20);

  /**
   * @throws IllegalArgumentException if a number is negative
   */
  public Quota {
    if (channels < 0 || bytes < 0) {
      throw new IllegalArgumentException("negative quota: " + channels + ", " + bytes);
    }
  }
}
