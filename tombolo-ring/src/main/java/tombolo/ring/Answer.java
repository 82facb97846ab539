// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

/**
 * The results of calls on the hot path other than a count or an offset: ints that are not positive.
 * No call throws because of something that the other side does.
 */
public final class Answer {
  /** The message is in the ring. */
  public static final int OK = 0;

  /** The ring has no room until a reader has read more. */
  public static final int BACK_PRESSURED = -1;

  /** The other side has broken the format, and this side no longer uses the ring. */
  public static final int PEER_BROKEN = -2;

  /** The other side has not joined yet, or not since either side restarted. */
  public static final int NOT_CONNECTED = -3;

  /**
   * The other side has restarted since the last call. Reported once. Everything after this belongs
   * to another stream, which starts empty.
   */
  public static final int PEER_RESTARTED = -4;

  /**
   * The other side has closed the ring, or died, or its memory has been cleared. Reported once for
   * each side that goes; after that the ring is not connected until another side comes.
   */
  public static final int PEER_GONE = -5;

  /**
   * A lossy reader was overtaken: messages are gone, and {@link LossyReader#lost} says how many.
   * Reported once for each gap, before the message behind it.
   */
  public static final int LOST = -7;

  /**
   * The writer no longer holds back for this reader, and may have overwritten messages while this
   * call handled them. Reported once; after that the reader asks to be admitted anew.
   */
  public static final int CUT_OFF = -8;

  // C answers −6 where Java throws an exception.

  private Answer() {}

  /**
   * Returns an answer's name in lower case, such as "back-pressured", or any other number as is.
   */
  public static String nameOf(int answer) {
    return switch (answer) {
      case OK -> "ok";
      case BACK_PRESSURED -> "back-pressured";
      case PEER_BROKEN -> "peer broken";
      case NOT_CONNECTED -> "not connected";
      case PEER_RESTARTED -> "peer restarted";
      case PEER_GONE -> "peer gone";
      case LOST -> "lost";
      case CUT_OFF -> "cut off";
      default -> Integer.toString(answer);
    };
  }
}
