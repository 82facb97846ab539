// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring;

/** Keeps the two ends on a processor each, where the host can do that. */
interface Pinning {
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

  /** What it does, for the report. */
  String describe();

  /** What this host has. */
  static Pinning ofThisHost() {
    if (!System.getProperty("os.name").equals("Linux")) {
      return none("this host is no Linux");
    }
    return LinuxPinning.create();
  }

  /** Leaves threads to the host's scheduler. */
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
