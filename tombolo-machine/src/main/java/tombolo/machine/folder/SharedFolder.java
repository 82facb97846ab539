// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.folder;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tombolo.machine.folder.Errno.Refusal;
import tombolo.machine.folder.FileStatus.Kind;

/**
 * A folder of the host, and what a guest may do in it. Nothing outside of it is read, written or
 * named.
 *
 * <p>A path is walked from the folder down, each name relative to the open directory above it, and
 * no symbolic link is followed: the guest's kernel does that, and comes back with another path. So
 * a link, or a directory that somebody replaces by a link meanwhile, leads nowhere. Three things
 * have no such call in Java. A directory or link is made in the folder itself under a name that
 * nobody knows, and moved from there to its place. A link is read by its path, with the lock held.
 *
 * <p>Faces the host: its calls block. Thread-safe. One lock guards all names of all shared folders
 * of the process, because two VMs can share a folder and one of them could change what the other
 * has checked. Programs of the host, which are trusted, can change files at any time.
 */
final class SharedFolder {
  private static final Object NAMES = new Object();
  private static final String STAGE = ".tombolo-new-";
  private static final int STAGES = 64;

  // Flags of open(2) on Linux, as 9P2000.L has them.
  static final int WRITE_ONLY = 1;
  static final int READ_WRITE = 2;
  static final int ACCESS = 3;
  static final int EXCLUSIVE = 0200;
  static final int TRUNCATE = 01000;

  private final Path root;
  private final boolean readOnly;

  private SharedFolder(Path root, boolean readOnly) {
    this.root = root;
    this.readOnly = readOnly;
  }

  /**
   * Returns a folder to share.
   *
   * @throws IOException if there is none, or the host cannot walk it safely; says why
   */
  static SharedFolder open(Path folder, boolean readOnly) throws IOException {
    Path real = folder.toRealPath();
    top(real).close();
    return new SharedFolder(real, readOnly);
  }

  Path root() {
    return root;
  }

  /** What is done in an open directory. */
  @FunctionalInterface
  private interface Action<T> {
    T run(SecureDirectoryStream<Path> directory) throws IOException, Refusal;
  }

  private <T> T in(FolderPath path, Action<T> action) throws IOException, Refusal {
    SecureDirectoryStream<Path> directory = walk(path);
    try (directory) {
      return action.run(directory);
    }
  }

  /** Opens a directory, which the caller closes. With the lock held. */
  private SecureDirectoryStream<Path> walk(FolderPath path) throws IOException, Refusal {
    SecureDirectoryStream<Path> at = top(root);
    for (String name : path.names()) {
      try (SecureDirectoryStream<Path> above = at) {
        // First, because opening a pipe would wait for its writer.
        requireDirectory(status(above, name));
        at = above.newDirectoryStream(Path.of(name), LinkOption.NOFOLLOW_LINKS);
      }
    }
    return at;
  }

  /** Opens the folder, which the caller closes. */
  private static SecureDirectoryStream<Path> top(Path root) throws IOException {
    DirectoryStream<Path> stream =
        root.getFileSystem().provider().newDirectoryStream(root, _ -> true);
    if (stream instanceof SecureDirectoryStream<Path> secure) {
      return secure;
    }
    stream.close();
    throw new IOException("this host has no directories that can be walked safely");
  }

  private static void requireDirectory(FileStatus status) throws Refusal {
    if (!status.is(Kind.DIRECTORY)) {
      throw Errno.ENOTDIR.refusal();
    }
  }

  private static PosixFileAttributeView view(SecureDirectoryStream<Path> directory, String name) {
    return directory.getFileAttributeView(
        Path.of(name), PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
  }

  private static FileStatus status(SecureDirectoryStream<Path> directory, String name)
      throws IOException {
    return FileStatus.of(view(directory, name).readAttributes());
  }

  private void requireWritable() throws Refusal {
    if (readOnly) {
      throw Errno.EROFS.refusal();
    }
  }

  private static void requireName(FolderPath path) throws Refusal {
    if (path.isRoot()) {
      throw Errno.EBUSY.refusal();
    }
  }

  /** Returns what a file is, without following it if it is a link. */
  FileStatus status(FolderPath path) throws IOException, Refusal {
    synchronized (NAMES) {
      if (path.isRoot()) {
        return FileStatus.of(Files.readAttributes(root, PosixFileAttributes.class));
      }
      return in(path.parent(), directory -> status(directory, path.last()));
    }
  }

  /** Opens a directory to list it. */
  Listing list(FolderPath path) throws IOException, Refusal {
    synchronized (NAMES) {
      FileStatus self = status(path);
      FileStatus above = path.isRoot() ? self : status(path.parent());
      return new Listing(walk(path), self, above);
    }
  }

  /**
   * Opens a file.
   *
   * @param flags of open(2)
   */
  FileChannel open(FolderPath path, int flags) throws IOException, Refusal {
    Set<OpenOption> options = options(flags);
    requireName(path);
    synchronized (NAMES) {
      return in(
          path.parent(),
          directory -> {
            FileStatus status = status(directory, path.last());
            switch (status.kind()) {
              case FILE -> {}
              case DIRECTORY -> throw Errno.EISDIR.refusal();
              case LINK -> throw Errno.ELOOP.refusal();
              case OTHER -> throw Errno.EPERM.refusal();
            }
            return channel(directory.newByteChannel(Path.of(path.last()), options));
          });
    }
  }

  /** Makes a file, or opens the one that is there, unless the flags forbid that. */
  FileChannel create(FolderPath path, int flags, int mode) throws IOException, Refusal {
    requireWritable();
    requireName(path);
    Set<OpenOption> options = options(flags);
    options.add(StandardOpenOption.WRITE);
    options.add(StandardOpenOption.CREATE_NEW);
    FileAttribute<?> permissions =
        PosixFilePermissions.asFileAttribute(FileStatus.permissions(mode));
    synchronized (NAMES) {
      try {
        return in(
            path.parent(),
            directory ->
                channel(directory.newByteChannel(Path.of(path.last()), options, permissions)));
      } catch (FileAlreadyExistsException e) {
        if ((flags & EXCLUSIVE) != 0) {
          throw e;
        }
        return open(path, flags);
      }
    }
  }

  private Set<OpenOption> options(int flags) throws Refusal {
    boolean writes = (flags & ACCESS) == WRITE_ONLY || (flags & ACCESS) == READ_WRITE;
    Set<OpenOption> options = new LinkedHashSet<>();
    options.add(LinkOption.NOFOLLOW_LINKS);
    if ((flags & ACCESS) != WRITE_ONLY) {
      options.add(StandardOpenOption.READ);
    }
    if (writes || (flags & TRUNCATE) != 0) {
      requireWritable();
    }
    if (writes) {
      options.add(StandardOpenOption.WRITE);
    }
    if (writes && (flags & TRUNCATE) != 0) {
      options.add(StandardOpenOption.TRUNCATE_EXISTING);
    }
    return options;
  }

  private static FileChannel channel(SeekableByteChannel opened) throws IOException {
    if (opened instanceof FileChannel channel) {
      return channel;
    }
    opened.close();
    throw new IOException("not a file of the host's default file system");
  }

  /** Makes a directory. */
  void makeDirectory(FolderPath path, int mode) throws IOException, Refusal {
    FileAttribute<?> permissions =
        PosixFilePermissions.asFileAttribute(FileStatus.permissions(mode));
    make(path, stage -> Files.createDirectory(stage, permissions));
  }

  /**
   * Makes a symbolic link. Its target must not be absolute, nor have ".." in it: programs of the
   * host follow links, and a guest must not lead them out of the folder.
   */
  void makeLink(FolderPath path, String target) throws IOException, Refusal {
    for (String name : target.split("/", -1)) {
      if (name.equals("..")) {
        throw Errno.EPERM.refusal();
      }
    }
    if (target.isEmpty() || target.startsWith("/")) {
      throw Errno.EPERM.refusal();
    }
    make(path, stage -> Files.createSymbolicLink(stage, Path.of(target)));
  }

  @FunctionalInterface
  private interface Maker {
    Path make(Path stage) throws IOException;
  }

  /** Makes something in the folder itself, whose own path nobody can change, and moves it. */
  private void make(FolderPath path, Maker maker) throws IOException, Refusal {
    requireWritable();
    requireName(path);
    synchronized (NAMES) {
      try (SecureDirectoryStream<Path> target = walk(path.parent());
          SecureDirectoryStream<Path> top = top(root)) {
        requireAbsent(target, path.last());
        Path stage = stage(maker);
        try {
          top.move(stage.getFileName(), target, Path.of(path.last()));
        } catch (IOException e) {
          Files.delete(stage);
          throw e;
        }
      }
    }
  }

  private Path stage(Maker maker) throws IOException {
    for (int i = 0; ; i++) {
      try {
        return maker.make(root.resolve(STAGE + i));
      } catch (FileAlreadyExistsException e) {
        if (i == STAGES) {
          throw e;
        }
      }
    }
  }

  private static void requireAbsent(SecureDirectoryStream<Path> directory, String name)
      throws IOException, Refusal {
    try {
      status(directory, name);
    } catch (NoSuchFileException e) {
      return;
    }
    throw Errno.EEXIST.refusal();
  }

  /** Returns what a link leads to. */
  String readLink(FolderPath path) throws IOException, Refusal {
    requireName(path);
    synchronized (NAMES) {
      return in(
          path.parent(),
          directory -> {
            if (!status(directory, path.last()).is(Kind.LINK)) {
              throw Errno.EINVAL.refusal();
            }
            Path whole = root;
            for (String name : path.names()) {
              whole = whole.resolve(name);
            }
            return Files.readSymbolicLink(whole).toString();
          });
    }
  }

  /** Moves a file or directory; a file that is there is replaced. */
  void move(FolderPath from, FolderPath to) throws IOException, Refusal {
    requireWritable();
    requireName(from);
    requireName(to);
    synchronized (NAMES) {
      try (SecureDirectoryStream<Path> source = walk(from.parent());
          SecureDirectoryStream<Path> target = walk(to.parent())) {
        source.move(Path.of(from.last()), target, Path.of(to.last()));
      }
    }
  }

  /** Removes a file, or an empty directory. */
  void remove(FolderPath path, boolean directory) throws IOException, Refusal {
    requireWritable();
    requireName(path);
    synchronized (NAMES) {
      in(
          path.parent(),
          above -> {
            Path name = Path.of(path.last());
            if (directory) {
              above.deleteDirectory(name);
            } else {
              above.deleteFile(name);
            }
            return name;
          });
    }
  }

  /** Sets nine bits of permissions. */
  void setMode(FolderPath path, int mode) throws IOException, Refusal {
    change(path, view -> view.setPermissions(FileStatus.permissions(mode)));
  }

  /** Sets times; null keeps one. */
  void setTimes(FolderPath path, @Nullable FileTime accessed, @Nullable FileTime modified)
      throws IOException, Refusal {
    change(path, view -> view.setTimes(modified, accessed, null));
  }

  @FunctionalInterface
  private interface Change {
    void apply(PosixFileAttributeView view) throws IOException;
  }

  private void change(FolderPath path, Change change) throws IOException, Refusal {
    requireWritable();
    synchronized (NAMES) {
      FileStatus status = status(path);
      if (status.is(Kind.LINK) || status.is(Kind.OTHER)) {
        throw Errno.EOPNOTSUPP.refusal();
      }
      if (path.isRoot()) {
        throw Errno.EPERM.refusal();
      }
      in(
          path.parent(),
          directory -> {
            change.apply(view(directory, path.last()));
            return status;
          });
    }
  }

  /** Makes a file as long as this; what is added reads as zeros. */
  void setSize(FolderPath path, long size) throws IOException, Refusal {
    if (size < 0) {
      throw Errno.EINVAL.refusal();
    }
    try (FileChannel channel = open(path, WRITE_ONLY)) {
      resize(channel, size);
    }
  }

  static void resize(FileChannel channel, long size) throws IOException {
    if (channel.size() > size) {
      channel.truncate(size);
    } else if (channel.size() < size) {
      channel.write(ByteBuffer.allocate(1), size - 1);
    }
  }

  /** Returns the file system of the folder. */
  FileStore store() throws IOException {
    return Files.getFileStore(root);
  }
}
