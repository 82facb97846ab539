// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.state;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/**
 * Reads what {@link StateWriter} wrote, in the same order. What it reads may come from anybody: a
 * length is checked before anything is allocated, and a part that gets a number checks its range.
 * For one thread at a time.
 *
 * <p>Every method throws {@link StateException} if the stream ends early, cannot be read, or holds
 * something else.
 */
public final class StateReader {
  private final DataInputStream in;
  private String at = "";

  /** Reads from a stream, which stays the caller's to close. */
  public StateReader(InputStream in) {
    this.in = new DataInputStream(in);
  }

  /** Expects a part of this name, and restores it. */
  public StateReader part(String name, Stateful part) {
    String outer = at;
    String found = string();
    if (!found.equals(name)) {
      throw wrong("the state of \"%s\" is here, not that of \"%s\"".formatted(found, name));
    }
    at = outer.isEmpty() ? name : outer + "/" + name;
    part.restore(this);
    at = outer;
    return this;
  }

  /** Reads a flag. */
  public boolean flag() {
    return read(in::readBoolean);
  }

  /** Reads 32 bits. */
  public int int32() {
    return read(in::readInt);
  }

  /** Reads 32 bits that have to be in a range, both ends included. */
  public int int32(int least, int most) {
    int value = int32();
    if (value < least || value > most) {
      throw wrong("%d is not in %d to %d".formatted(value, least, most));
    }
    return value;
  }

  /** Reads 64 bits. */
  public long int64() {
    return read(in::readLong);
  }

  /** Fills an array. */
  public void numbers(int[] values) {
    for (int i = 0; i < values.length; i++) {
      values[i] = int32();
    }
  }

  /** Fills an array. */
  public void numbers(long[] values) {
    for (int i = 0; i < values.length; i++) {
      values[i] = int64();
    }
  }

  /**
   * Reads bytes.
   *
   * @param most how many there may be
   */
  public byte[] bytes(int most) {
    byte[] value = new byte[int32(0, most)];
    return read(
        () -> {
          in.readFully(value);
          return value;
        });
  }

  /** Reads a text. */
  public String string() {
    return read(in::readUTF);
  }

  /** Returns an exception that says what is wrong with the part at hand, to be thrown. */
  public StateException wrong(String what) {
    return new StateException("saved state%s: %s".formatted(place(), what));
  }

  private String place() {
    return at.isEmpty() ? "" : " of " + at;
  }

  private interface Read<T> {
    T run() throws IOException;
  }

  private <T> T read(Read<T> read) {
    try {
      return read.run();
    } catch (EOFException e) {
      throw new StateException("saved state%s: ends too early".formatted(place()), e);
    } catch (IOException e) {
      throw new StateException("saved state%s: %s".formatted(place(), e.getMessage()), e);
    }
  }
}
