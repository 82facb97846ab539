// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc.grant;

/**
 * The rate at which one endpoint may interrupt another over one channel: a token bucket's
 * parameters.
 *
 * @param perSecond tokens a second, 1 to 100,000,000
 * @param burst tokens that a rested bucket holds, 1 to 100,000,000
 */
public record DoorbellRate(int perSecond, int burst) {
  private static final int MOST = 100_000_000;

  /** The rate where nothing else is said: enough for a ping-pong, and little of a peer's vCPU. */
  public static final DoorbellRate DEFAULT = new DoorbellRate(100_000, 1_000);

  /**
   * @throws IllegalArgumentException if a number is out of its range
   */
  public DoorbellRate {
    if (perSecond < 1 || perSecond > MOST || burst < 1 || burst > MOST) {
      throw new IllegalArgumentException(
          "a doorbell's rate and burst are 1 to %d: %d, %d".formatted(MOST, perSecond, burst));
    }
  }
}
