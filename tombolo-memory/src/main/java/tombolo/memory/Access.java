// SPDX-License-Identifier: Apache-2.0
package tombolo.memory;

/** What a guest may do with a region. Every region can be read. */
public enum Access {
  /** Loads only: ROM, or the other side's section of a channel. */
  READ(false, false),
  /** Loads and stores: a channel. */
  READ_WRITE(true, false),
  /** Loads and instruction fetches: ROM with code. */
  READ_EXECUTE(false, true),
  /** Everything: RAM. */
  READ_WRITE_EXECUTE(true, true);

  private final boolean write;
  private final boolean execute;

  Access(boolean write, boolean execute) {
    this.write = write;
    this.execute = execute;
  }

  /** Whether stores are allowed. */
  public boolean canWrite() {
    return write;
  }

  /** Whether instruction fetches are allowed. */
  public boolean canExecute() {
    return execute;
  }
}
