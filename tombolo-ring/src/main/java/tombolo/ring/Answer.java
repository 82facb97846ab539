// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

/**
 * What a call on the hot path says instead of a count or a place: an int that is not positive. No
 * call throws for what the other side does.
 */
public final class Answer {
  /** The message is in the ring. */
  public static final int OK = 0;

  /** The ring has no room until a reader has read more. */
  public static final int BACK_PRESSURED = -1;

  /** The other side has broken the format, and this side uses the ring no more. */
  public static final int PEER_BROKEN = -2;

  /** The other side has not joined yet, or not since one of the two started anew. */
  public static final int NOT_CONNECTED = -3;

  /**
   * The other side has started anew since the last call. Said once: what comes next belongs to
   * another stream, which starts empty.
   */
  public static final int PEER_RESTARTED = -4;

  /**
   * The other side has closed the ring, or died, or its memory has been cleared. Said once for each
   * that goes; then it is not connected until another one comes.
   */
  public static final int PEER_GONE = -5;

  /**
   * A lossy reader was overtaken: messages are gone, {@link LossyReader#lost} says how many. Said
   * once for each gap, before the message behind it.
   */
  public static final int LOST = -7;

  /**
   * The writer has ceased to hold back for this reader, and may have overwritten the messages of
   * this very call while they were handled. Said once: then the reader asks to be admitted anew.
   */
  public static final int CUT_OFF = -8;

  // −6 is what C answers where Java throws an exception.

  private Answer() {}

  /** The answer's name in lower case, "back-pressured"; a number from 1 is itself. */
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
