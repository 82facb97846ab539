// SPDX-License-Identifier: Apache-2.0
package tombolo.guest;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The IVC device (docs/abi.md) as a process reaches it: registers, window and interrupt. {@link
 * GuestEndpoint#open()} finds Linux's; another driver can be given to {@link
 * GuestEndpoint#open(Device)}.
 *
 * <p>Several threads may read and write registers at once. One thread at a time waits for the
 * interrupt. The endpoint closes the device.
 */
public interface Device extends AutoCloseable {
  /**
   * Reads a register of 32 bits by one access.
   *
   * @param offset into BAR 0, a multiple of 4 below 4096
   */
  int readInt(int offset);

  /** Writes a register of 32 bits by one access, after all earlier stores of this thread. */
  void writeInt(int offset, int value);

  /** Writes a register of 64 bits by one access, after all earlier stores of this thread. */
  void writeLong(int offset, long value);

  /**
   * Returns a part of the window, BAR 2.
   *
   * @param offset a multiple of the page size
   * @param size bytes
   * @param arena how long it is mapped
   * @throws IOException if it can't be mapped
   */
  MemorySegment map(long offset, long size, Arena arena) throws IOException;

  /**
   * Waits until the interrupt's line is high. May return early for no reason.
   *
   * @param nanos how long at the most, in nanoseconds
   * @throws IOException if the device fails
   */
  void awaitInterrupt(long nanos) throws IOException;

  /**
   * Ends the wait of another thread early, or the next wait if none waits. Any thread.
   *
   * @throws IOException if the device fails
   */
  void wakeUp() throws IOException;

  /** Gives the device back: the VM leaves all channels that it has joined through it. */
  @Override
  void close() throws IOException;
}
