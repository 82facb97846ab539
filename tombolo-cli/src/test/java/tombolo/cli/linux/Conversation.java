// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.linux;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;

/**
 * Somebody at a terminal who types one line once the guest has printed something: Linux drops what
 * comes before its console driver is ready. Thread-safe; this object is the lock.
 */
final class Conversation {
  private final String cue;
  private final byte[] line;
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private int typed;

  Conversation(String cue, String line) {
    this.cue = cue;
    this.line = line.getBytes(ISO_8859_1);
  }

  /** What the guest has printed, a character a byte. */
  synchronized String text() {
    return printed.toString(ISO_8859_1);
  }

  OutputStream screen() {
    return new OutputStream() {
      @Override
      public void write(int octet) {
        write(new byte[] {(byte) octet}, 0, 1);
      }

      @Override
      public void write(byte[] octets, int from, int length) {
        synchronized (Conversation.this) {
          printed.write(octets, from, length);
          Conversation.this.notifyAll();
        }
      }
    };
  }

  InputStream keyboard() {
    return new InputStream() {
      @Override
      public int read() throws InterruptedIOException {
        byte[] octet = new byte[1];
        return read(octet, 0, 1) < 0 ? -1 : octet[0] & 0xff;
      }

      @Override
      public int read(byte[] into, int from, int length) throws InterruptedIOException {
        synchronized (Conversation.this) {
          try {
            while (typed == 0 && !text().contains(cue)) {
              Conversation.this.wait();
            }
          } catch (InterruptedException e) {
            throw new InterruptedIOException("nobody waits for the keys any more");
          }
          int count = Math.min(length, line.length - typed);
          System.arraycopy(line, typed, into, from, count);
          typed += count;
          return count == 0 ? -1 : count;
        }
      }
    };
  }
}
