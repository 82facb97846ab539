// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.folder;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.PosixFileAttributeView;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * An open directory, listed once from the beginning to the end. It keeps no names but the next one,
 * so a directory of any length takes no more of the host's memory. For one thread.
 */
final class Listing implements Closeable {
  /** Bytes of an entry without its name: qid, offset, type and the name's length. */
  private static final int ENTRY = 24;

  private static final char UNKNOWN = '\ufffd';

  private record Entry(String name, FileStatus status) {}

  private final SecureDirectoryStream<Path> directory;
  private final Iterator<Path> names;
  private final FileStatus self;
  private final FileStatus above;
  private long position;

  /** The entry at the position, if it was looked at and there was no room for it. */
  private @Nullable Entry next;

  Listing(SecureDirectoryStream<Path> directory, FileStatus self, FileStatus above) {
    this.directory = directory;
    this.names = directory.iterator();
    this.self = self;
    this.above = above;
  }

  /** Returns the number of the next entry. */
  long position() {
    return position;
  }

  /** Passes entries over. */
  void skipTo(long wanted) throws IOException {
    while (position < wanted && next() != null) {
      taken();
    }
  }

  /** Adds entries as long as there is room. */
  void put(ByteBuffer into) throws IOException {
    for (@Nullable Entry entry = next(); entry != null; entry = next()) {
      byte[] name = entry.name.getBytes(StandardCharsets.UTF_8);
      if (into.remaining() < ENTRY + name.length) {
        return;
      }
      taken();
      entry.status.putQid(into);
      into.putLong(position).put((byte) entry.status.kind().entry);
      into.putShort((short) name.length).put(name);
    }
  }

  private void taken() {
    next = null;
    position++;
  }

  private @Nullable Entry next() throws IOException {
    if (next == null) {
      next =
          position == 0 ? new Entry(".", self) : position == 1 ? new Entry("..", above) : ofHost();
    }
    return next;
  }

  private @Nullable Entry ofHost() throws IOException {
    try {
      while (names.hasNext()) {
        String name = names.next().getFileName().toString();
        if (name.indexOf(UNKNOWN) >= 0) {
          continue; // not UTF-8, so no guest could ask for it
        }
        try {
          PosixFileAttributeView view =
              directory.getFileAttributeView(
                  Path.of(name), PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
          return new Entry(name, FileStatus.of(view.readAttributes()));
        } catch (NoSuchFileException e) {
          // It was there a moment ago.
        }
      }
      return null;
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  @Override
  public void close() throws IOException {
    directory.close();
  }
}
