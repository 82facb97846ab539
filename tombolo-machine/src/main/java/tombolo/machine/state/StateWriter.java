// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.state;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Writes the state of {@link Stateful} parts as big-endian numbers. Each part begins with its name,
 * so that a reader notices at once when the two disagree about what comes next. For one thread at a
 * time.
 *
 * <p>Every method throws {@link StateException} if the stream cannot be written.
 */
public final class StateWriter {
  private final DataOutputStream out;

  /** Writes to a stream, which stays the caller's to flush and close. */
  public StateWriter(OutputStream out) {
    this.out = new DataOutputStream(out);
  }

  /** Begins a part, and writes it. */
  public StateWriter part(String name, Stateful part) {
    string(name);
    part.save(this);
    return this;
  }

  /** Writes a flag. */
  public StateWriter flag(boolean value) {
    return write(() -> out.writeBoolean(value));
  }

  /** Writes 32 bits. */
  public StateWriter number(int value) {
    return write(() -> out.writeInt(value));
  }

  /** Writes 64 bits. */
  public StateWriter number(long value) {
    return write(() -> out.writeLong(value));
  }

  /** Writes all numbers of an array whose length the reader knows. */
  public StateWriter numbers(int[] values) {
    for (int value : values) {
      number(value);
    }
    return this;
  }

  /** Writes all numbers of an array whose length the reader knows. */
  public StateWriter numbers(long[] values) {
    for (long value : values) {
      number(value);
    }
    return this;
  }

  /** Writes bytes with their number. */
  public StateWriter bytes(byte[] value) {
    return write(
        () -> {
          out.writeInt(value.length);
          out.write(value);
        });
  }

  /** Writes a text of at most 65,535 bytes in UTF-8. */
  public StateWriter string(String value) {
    return write(() -> out.writeUTF(value));
  }

  private interface Write {
    void run() throws IOException;
  }

  private StateWriter write(Write write) {
    try {
      write.run();
      return this;
    } catch (IOException e) {
      throw new StateException("the state cannot be written: " + e.getMessage(), e);
    }
  }
}
