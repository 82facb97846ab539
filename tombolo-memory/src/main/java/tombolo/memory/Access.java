// SPDX-License-Identifier: Apache-2.0
package tombolo.memory;

/** The accesses that a guest may make to a region. Every region can be read. */
public enum Access {
  /** Loads only, for ROM or the other side's section of a channel. */
  READ(false, false),
  /** Loads and stores, for a channel. */
  READ_WRITE(true, false),
  /** Loads and instruction fetches, for ROM with code. */
  READ_EXECUTE(false, true),
  /** All accesses, for RAM. */
  READ_WRITE_EXECUTE(true, true);

  private final boolean write;
  private final boolean execute;

  Access(boolean write, boolean execute) {
    this.write = write;
    this.execute = execute;
  }

  /** Returns whether stores are allowed. */
  public boolean canWrite() {
    return write;
  }

  /** Returns whether instruction fetches are allowed. */
  public boolean canExecute() {
    return execute;
  }
}
