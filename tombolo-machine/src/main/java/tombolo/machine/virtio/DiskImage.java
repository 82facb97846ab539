// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import tombolo.machine.disk.DiskFile;

/**
 * A raw disk image: a regular file whose bytes are the disk's. Its size when it is opened is the
 * disk's capacity for good; nothing outside of that is read or written.
 *
 * <p>Faces the host: its calls block. Whoever opens it owns it and closes it. Used by one thread at
 * a time.
 */
public final class DiskImage implements AutoCloseable {
  /** Bytes in a sector, of which a disk has a whole number. */
  public static final int SECTOR = 512;

  private static final int QCOW_MAGIC = 0x514649fb;

  private final Path file;
  private final DiskFile.Use use;
  private final FileChannel channel;
  private final boolean readOnly;
  private final long bytes;

  private DiskImage(Path file, DiskFile.Use use, boolean readOnly, long bytes) {
    this.file = file;
    this.use = use;
    this.channel = use.channel();
    this.readOnly = readOnly;
    this.bytes = bytes;
  }

  /**
   * Opens a file as a disk. A writable disk locks its file against other writable disks, in this
   * process and in others.
   *
   * @throws DiskImageException if it cannot be one
   */
  public static DiskImage open(Path file, boolean readOnly) {
    return open(file, readOnly, !readOnly);
  }

  /**
   * Checks whether a file can be a disk, whether it is in use or not.
   *
   * @throws DiskImageException if it cannot; says why
   */
  public static void check(Path file, boolean readOnly) {
    open(file, readOnly, false).close();
  }

  private static DiskImage open(Path file, boolean readOnly, boolean lock) {
    if (Files.isDirectory(file)) {
      throw mistake(file, "a directory; a disk is a file that holds the bytes of the disk");
    }
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw mistake(file, "not a regular file; use a regular file as the disk");
    }
    try {
      DiskFile.Use use = DiskFile.open(file, !readOnly);
      try {
        long bytes = checkedSize(file, use.channel());
        if (lock) {
          lock(file, use);
        }
        return new DiskImage(file, use, readOnly, bytes);
      } catch (IOException | RuntimeException e) {
        use.close();
        throw e;
      }
    } catch (NoSuchFileException e) {
      throw mistake(file, "no such file; to make an empty disk of 64 MiB: truncate -s 64M " + file);
    } catch (AccessDeniedException e) {
      throw mistake(
          file,
          Files.isReadable(file)
              ? "is not writable; add ,readonly to use it read-only, or give yourself the right to"
                  + " write it"
              : "is not readable; give yourself the right to read it");
    } catch (IOException e) {
      throw mistake(file, "cannot be opened: " + e.getMessage());
    }
  }

  private static long checkedSize(Path file, FileChannel channel) throws IOException {
    long bytes = channel.size();
    ByteBuffer magic = ByteBuffer.allocate(Integer.BYTES);
    if (channel.read(magic, 0) == Integer.BYTES && magic.getInt(0) == QCOW_MAGIC) {
      throw mistake(
          file,
          "a qcow2 image; to make a raw one of it: qemu-img convert -O raw %s %s.raw"
              .formatted(file, file));
    }
    if (bytes == 0) {
      throw mistake(file, "empty; to make it a disk of 64 MiB: truncate -s 64M " + file);
    }
    if (bytes % SECTOR != 0) {
      throw mistake(
          file,
          String.format(
              Locale.ROOT,
              "%d bytes, which is not a multiple of %d; perhaps it is not a disk, or half of one;"
                  + " if it is whole: truncate -s %d %s",
              bytes,
              SECTOR,
              (bytes / SECTOR + 1) * SECTOR,
              file));
    }
    return bytes;
  }

  private static void lock(Path file, DiskFile.Use use) throws IOException {
    try {
      if (!use.lock()) {
        throw mistake(file, "another process uses it as a writable disk; stop that process first");
      }
    } catch (OverlappingFileLockException e) {
      throw mistake(file, "two writable disks use it; make one of them read-only");
    }
  }

  private static DiskImageException mistake(Path file, String what) {
    return new DiskImageException(file + ": " + what);
  }

  /** Returns the file. */
  public Path file() {
    return file;
  }

  /** Returns whether it cannot be written. */
  public boolean readOnly() {
    return readOnly;
  }

  /** Returns its capacity, a positive multiple of {@link #SECTOR}. */
  public long bytes() {
    return bytes;
  }

  /**
   * Reads all of a buffer.
   *
   * @throws IOException if the host does not give the bytes, or the file has become shorter
   * @throws IndexOutOfBoundsException if the disk does not have so many
   */
  void read(long at, ByteBuffer into) throws IOException {
    Objects.checkFromIndexSize(at, into.remaining(), bytes);
    for (long next = at; into.hasRemaining(); ) {
      int count = channel.read(into, next);
      if (count < 0) {
        throw new IOException("the file has become shorter");
      }
      next += count;
    }
  }

  /**
   * Writes all of a buffer.
   *
   * @throws IOException if the host does not take them
   * @throws IndexOutOfBoundsException if the disk does not have so many bytes
   * @throws java.nio.channels.NonWritableChannelException if it is read-only
   */
  void write(long at, ByteBuffer from) throws IOException {
    Objects.checkFromIndexSize(at, from.remaining(), bytes);
    for (long next = at; from.hasRemaining(); ) {
      next += channel.write(from, next);
    }
  }

  /** Waits until everything that was written is on the host's storage. */
  void flush() throws IOException {
    channel.force(false);
  }

  /** Gives the file and its lock back. The host writes what was not flushed. */
  @Override
  public void close() {
    try {
      use.close();
    } catch (IOException e) {
      // Every write that failed was reported to its guest, and there is nothing else to lose.
    }
  }
}
