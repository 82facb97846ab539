// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.folder;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;
import tombolo.machine.folder.Errno.Refusal;

/** A client's handle of a file: where it is, and the open file if it was opened. */
final class Fid implements Closeable {
  /** The flags of a fid that was not opened. */
  static final int CLOSED = -1;

  private final SharedFolder folder;
  private FolderPath path;
  private int flags = CLOSED;
  private @Nullable FileChannel file;
  private @Nullable Listing listing;

  Fid(SharedFolder folder, FolderPath path) {
    this.folder = folder;
    this.path = path;
  }

  FolderPath path() {
    return path;
  }

  /** Follows a file to another place. */
  void moveTo(FolderPath place) {
    path = place;
  }

  boolean isOpen() {
    return flags != CLOSED;
  }

  int flags() {
    return flags;
  }

  /** Takes a file that was opened with these flags. */
  void opened(int how, FileChannel channel) {
    flags = how;
    file = channel;
  }

  /**
   * Notes that it is open, and opens it once something is done with it: a directory, or a file of a
   * client whose state was restored.
   */
  void openLater(int how) {
    flags = how;
  }

  /** Returns the open file, if there is one already. */
  @Nullable FileChannel present() {
    return file;
  }

  /** Returns the open file. One whose descriptor has gone is opened again by its path. */
  FileChannel file() throws IOException, Refusal {
    if (!isOpen()) {
      throw Errno.EBADF.refusal();
    }
    FileChannel channel = file;
    if (channel == null || !channel.isOpen()) {
      channel = folder.open(path, flags & ~(SharedFolder.TRUNCATE | SharedFolder.EXCLUSIVE));
      file = channel;
    }
    return channel;
  }

  /** Returns the directory's listing at this entry. */
  Listing listing(long position) throws IOException, Refusal {
    if (!isOpen()) {
      throw Errno.EBADF.refusal();
    }
    Listing now = listing;
    if (now == null || now.position() > position) {
      close();
      now = folder.list(path);
      listing = now;
    }
    now.skipTo(position);
    return now;
  }

  /** Closes what it has open on the host. */
  @Override
  public void close() throws IOException {
    FileChannel channel = file;
    Listing directory = listing;
    file = null;
    listing = null;
    if (channel != null) {
      channel.close();
    }
    if (directory != null) {
      directory.close();
    }
  }
}
