// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.image;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file that an image is read from. Its size is the one that it had when it was opened; a file
 * that has become shorter since is an error. For one thread, which closes it.
 */
final class ImageFile implements ImageBytes, AutoCloseable {
  private final Path path;
  private final FileChannel channel;
  private final long size;

  private ImageFile(Path path, FileChannel channel, long size) {
    this.path = path;
    this.channel = channel;
    this.size = size;
  }

  /**
   * Opens a file.
   *
   * @throws ImageException if it can't be read, with the reason in words
   */
  static ImageFile open(Path path) {
    if (!Files.exists(path)) {
      throw new ImageException(path + ": no such file");
    }
    if (Files.isDirectory(path)) {
      throw new ImageException(path + ": a directory, not a file");
    }
    if (!Files.isRegularFile(path)) {
      throw new ImageException(path + ": not a regular file");
    }
    if (!Files.isReadable(path)) {
      throw new ImageException(path + ": no permission to read it");
    }
    try {
      FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
      try {
        return new ImageFile(path, channel, channel.size());
      } catch (IOException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  private static ImageException unreadable(Path path, IOException e) {
    return new ImageException(path + ": can't be read: " + e.getMessage());
  }

  /** Returns what messages call the file. */
  String name() {
    return path.toString();
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public void read(long offset, byte[] into) {
    ByteBuffer rest = ByteBuffer.wrap(into);
    try {
      while (rest.hasRemaining()) {
        if (channel.read(rest, offset + rest.position()) < 0) {
          throw new ImageException(path + ": has become shorter while it was read; try again");
        }
      }
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  /** Returns a stream of the file's bytes from an offset on. Closing the file ends it. */
  InputStream from(long offset) throws IOException {
    channel.position(offset);
    return new BufferedInputStream(Channels.newInputStream(channel), 1 << 16);
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // It was only read.
    }
  }
}
