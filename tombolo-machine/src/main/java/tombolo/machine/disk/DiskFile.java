// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.disk;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A file of the host with all that disks of this process have open of it.
 *
 * <p>A lock of POSIX belongs to the process: it is gone as soon as the process closes any
 * descriptor of the file, even one that never had to do with the lock (fcntl(2)). So nothing of a
 * file is closed while one of its disks holds the lock. What would be closed is kept, and used
 * again by the next that opens the file. So there are never more descriptors than there have been
 * disks of the file at once.
 *
 * <p>Thread-safe: everything is guarded by the table of files. Files that others in this process
 * open are not known here.
 */
public final class DiskFile {
  private static final Map<Object, DiskFile> FILES = new LinkedHashMap<>();

  private final Deque<FileChannel> readable = new ArrayDeque<>();
  private final Deque<FileChannel> writable = new ArrayDeque<>();
  private int users;
  private boolean locked;

  private DiskFile() {}

  /**
   * Opens a file for a disk.
   *
   * @throws IOException if it can't be opened
   */
  public static Use open(Path path, boolean write) throws IOException {
    synchronized (FILES) {
      Object key = key(path);
      DiskFile file = FILES.getOrDefault(key, new DiskFile());
      FileChannel channel = file.spare(write);
      if (channel == null) {
        channel =
            write
                ? FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)
                : FileChannel.open(path, StandardOpenOption.READ);
      }
      if (!key(path).equals(key)) {
        channel.close();
        throw new IOException("it was replaced while it was opened; try again");
      }
      file.users++;
      FILES.put(key, file);
      return new Use(key, file, channel, write);
    }
  }

  /** Returns what tells a file from all others, whatever its path: its device and inode. */
  private static Object key(Path path) throws IOException {
    Object key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    return key == null ? path.toRealPath() : key;
  }

  private @Nullable FileChannel spare(boolean write) {
    Deque<FileChannel> spares = write ? writable : readable;
    FileChannel channel = spares.poll();
    while (channel != null && !channel.isOpen()) {
      channel = spares.poll();
    }
    return channel;
  }

  private void closeSpares() throws IOException {
    for (Deque<FileChannel> spares : List.of(readable, writable)) {
      for (FileChannel channel = spares.poll(); channel != null; channel = spares.poll()) {
        channel.close();
      }
    }
  }

  /** What one disk has of a file. */
  public static final class Use implements AutoCloseable {
    private final Object key;
    private final DiskFile file;
    private final FileChannel channel;
    private final boolean write;
    private @Nullable FileLock lock; // guarded by FILES
    private boolean closed; // guarded by FILES

    private Use(Object key, DiskFile file, FileChannel channel, boolean write) {
      this.key = key;
      this.file = file;
      this.channel = channel;
      this.write = write;
    }

    /** Returns the channel, which only {@link #close} closes. */
    public FileChannel channel() {
      return channel;
    }

    /**
     * Locks the file against other processes, until this is closed.
     *
     * @return false if another process has locked it
     * @throws OverlappingFileLockException if somebody in this process has
     */
    public boolean lock() throws IOException {
      synchronized (FILES) {
        if (file.locked) {
          throw new OverlappingFileLockException();
        }
        lock = channel.tryLock();
        file.locked = lock != null;
        return file.locked;
      }
    }

    @Override
    public void close() throws IOException {
      synchronized (FILES) {
        if (closed) {
          return;
        }
        closed = true;
        file.users--;
        if (lock != null) {
          file.locked = false;
        }
        (write ? file.writable : file.readable).add(channel);
        if (file.users == 0) {
          FILES.remove(key);
        }
        if (!file.locked) {
          file.closeSpares(); // with its lock, if this had it
        }
      }
    }
  }
}
