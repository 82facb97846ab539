// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring.fork;

/** Keeps each of the two ends on a processor of its own, if the host can do that. */
public interface Pinning {
  /** The sending end. */
  int SENDER = 0;

  /** The receiving end. */
  int RECEIVER = 1;

  /**
   * Keeps the calling thread on one processor from now on.
   *
   * @param end {@link #SENDER} or {@link #RECEIVER}
   */
  void pin(int end);

  /** Describes the pinning for the report. */
  String describe();

  /** Returns the pinning of this host. */
  static Pinning ofThisHost() {
    if (!System.getProperty("os.name").equals("Linux")) {
      return none("this host is not Linux");
    }
    return LinuxPinning.create();
  }

  /** Returns a pinning that leaves threads to the host's scheduler. */
  static Pinning none(String reason) {
    return new Pinning() {
      @Override
      public void pin(int end) {}

      @Override
      public String describe() {
        return "threads are not pinned: " + reason;
      }
    };
  }
}
