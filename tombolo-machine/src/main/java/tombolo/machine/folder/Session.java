// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.folder;

import java.io.IOException;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tombolo.machine.folder.Errno.Refusal;
import tombolo.machine.folder.FileStatus.Kind;
import tombolo.machine.host.Clock;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.machine.state.Stateful;

/**
 * Serves the requests of one client in the protocol 9P2000.L, as the Linux kernel speaks it: each
 * request is a size, a type, a tag and fields, little-endian, and so is its answer.
 *
 * <p>A request is answered before the next one is looked at, so none can be flushed, and the
 * session holds none. Device nodes, hard links, extended attributes and changes of owners are
 * refused; locks are granted, since they are between the processes of this one client. For one
 * thread at a time.
 */
final class Session implements Stateful {
  /** Bytes of size, type and tag. */
  static final int HEADER = 7;

  /** The most bytes of a message, and the least that a client may agree to. */
  static final int MOST_MESSAGE = 256 << 10;

  static final int LEAST_MESSAGE = 4096;

  /** Bytes of an answer that reports an error, or has data, without the data. */
  static final int SHORT_ANSWER = HEADER + Integer.BYTES;

  private static final String VERSION = "9P2000.L";
  private static final int MOST_STEPS = 16;
  private static final long MAGIC = 0x01021997;
  private static final int REMOVE_DIRECTORY = 0x200;
  private static final byte LOCKED = 0;
  private static final byte UNLOCKED = 2;

  // Bits of Tgetattr and Tsetattr.
  private static final long BASIC = 0x7ff;
  private static final int SET_MODE = 0x1;
  private static final int SET_UID = 0x2;
  private static final int SET_GID = 0x4;
  private static final int SET_SIZE = 0x8;
  private static final int SET_ACCESSED = 0x10;
  private static final int SET_MODIFIED = 0x20;
  private static final int ACCESSED_GIVEN = 0x80;
  private static final int MODIFIED_GIVEN = 0x100;

  private final SharedFolder folder;
  private final Clock clock;
  private final FidTable fids;
  private int messageSize = LEAST_MESSAGE;

  Session(SharedFolder folder, Clock clock) {
    this.folder = folder;
    this.clock = clock;
    fids = new FidTable(folder);
  }

  /** Returns the most bytes of a message that the client has agreed to. */
  int messageSize() {
    return messageSize;
  }

  /** Forgets the client. */
  void clear() {
    fids.clear();
    messageSize = LEAST_MESSAGE;
  }

  /**
   * Answers a request.
   *
   * @param request all of it, with a header
   * @param answer has room for at least {@link #SHORT_ANSWER}; on return it is what to send
   */
  void serve(ByteBuffer request, ByteBuffer answer) {
    request.order(ByteOrder.LITTLE_ENDIAN);
    answer.order(ByteOrder.LITTLE_ENDIAN);
    int start = answer.position();
    int size = request.getInt();
    int type = Byte.toUnsignedInt(request.get());
    short tag = request.getShort();
    answer.position(start + HEADER);
    int answerType = type + 1;
    try {
      if (size < HEADER || size - HEADER > request.remaining()) {
        throw Errno.EINVAL.refusal();
      }
      request.limit(request.position() + size - HEADER);
      answer(type, new RequestReader(request), answer);
    } catch (Refusal | IOException | InvalidPathException | BufferOverflowException e) {
      answerType = Request.ERROR + 1;
      answer.position(start + HEADER).putInt(Errno.of(e).number);
    }
    int length = answer.position() - start;
    answer.putInt(start, length).put(start + 4, (byte) answerType).putShort(start + 5, tag);
    answer.flip().position(start);
  }

  private void answer(int type, RequestReader in, ByteBuffer out) throws Refusal, IOException {
    switch (type) {
      case Request.VERSION -> version(in, out);
      case Request.ATTACH -> attach(in, out);
      case Request.FLUSH -> in.int16();
      case Request.WALK -> walk(in, out);
      case Request.STATFS -> statfs(in, out);
      case Request.LOPEN -> open(in, out);
      case Request.LCREATE -> create(in, out);
      case Request.SYMLINK -> symlink(in, out);
      case Request.RENAME -> rename(in);
      case Request.READLINK -> putString(out, folder.readLink(fid(in).path()));
      case Request.GETATTR -> attributes(in, out);
      case Request.SETATTR -> setAttributes(in);
      case Request.READDIR -> readDirectory(in, out);
      case Request.FSYNC -> sync(in);
      case Request.LOCK -> lock(in, out);
      case Request.GETLOCK -> getLock(in, out);
      case Request.MKDIR -> makeDirectory(in, out);
      case Request.RENAMEAT -> renameAt(in);
      case Request.UNLINKAT -> unlinkAt(in);
      case Request.READ -> read(in, out);
      case Request.WRITE -> write(in, out);
      case Request.CLUNK -> fids.remove(in.int32());
      case Request.REMOVE -> remove(in);
      case Request.MKNOD -> throw Errno.EPERM.refusal();
      default -> throw Errno.EOPNOTSUPP.refusal();
    }
  }

  private Fid fid(RequestReader in) throws Refusal {
    return fids.get(in.int32());
  }

  private static void putString(ByteBuffer out, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.putShort((short) bytes.length).put(bytes);
  }

  private void version(RequestReader in, ByteBuffer out) throws Refusal {
    int wanted = in.int32();
    String version = in.string();
    fids.clear();
    if (wanted >= 0 && wanted < LEAST_MESSAGE) {
      throw Errno.EINVAL.refusal();
    }
    messageSize = wanted < 0 ? MOST_MESSAGE : Math.min(wanted, MOST_MESSAGE);
    out.putInt(messageSize);
    putString(out, version.equals(VERSION) ? VERSION : "unknown");
  }

  private void attach(RequestReader in, ByteBuffer out) throws Refusal, IOException {
    int number = in.int32();
    fids.requireFree(number);
    FileStatus status = folder.status(FolderPath.ROOT);
    fids.put(number, FolderPath.ROOT);
    status.putQid(out);
  }

  private void walk(RequestReader in, ByteBuffer out) throws Refusal, IOException {
    Fid from = fid(in);
    int number = in.int32();
    int steps = in.int16();
    if (steps > MOST_STEPS) {
      throw Errno.EINVAL.refusal();
    }
    FolderPath path = from.path();
    int countAt = out.position();
    out.putShort((short) 0);
    for (int done = 0; done < steps; done++) {
      try {
        path = path.step(in.string());
        folder.status(path).putQid(out);
      } catch (NoSuchFileException | Refusal e) {
        if (done == 0) {
          throw e;
        }
        return;
      }
      out.putShort(countAt, (short) (done + 1));
    }
    if (fids.is(number, from) && !from.isOpen()) {
      from.moveTo(path);
    } else {
      fids.requireFree(number);
      fids.put(number, path);
    }
  }

  private void statfs(RequestReader in, ByteBuffer out) throws Refusal, IOException {
    fid(in);
    FileStore store = folder.store();
    long block = 4096;
    out.putInt((int) MAGIC).putInt((int) block);
    out.putLong(store.getTotalSpace() / block).putLong(store.getUnallocatedSpace() / block);
    out.putLong(store.getUsableSpace() / block);
    out.putLong(0).putLong(0).putLong(0).putInt(255);
  }

  private void open(RequestReader in, ByteBuffer out) throws Refusal, IOException {
    Fid fid = fid(in);
    int flags = in.int32() & 0x7fff_ffff;
    fids.requireOpenable(fid);
    FileStatus status = folder.status(fid.path());
    if (status.is(Kind.DIRECTORY)) {
      if ((flags & SharedFolder.ACCESS) != 0) {
        throw Errno.EISDIR.refusal();
      }
      fid.openLater(flags);
    } else {
      fid.opened(flags, folder.open(fid.path(), flags));
    }
    status.putQid(out);
    out.putInt(0);
  }

  private void create(RequestReader in, ByteBuffer out) throws Refusal, IOException {
    Fid fid = fid(in);
    FolderPath path = fid.path().child(in.string());
    int flags = in.int32() & 0x7fff_ffff;
    int mode = in.int32();
    fids.requireOpenable(fid);
    FileChannel channel = folder.create(path, flags, mode);
    fid.moveTo(path);
    fid.opened(flags, channel);
    folder.status(path).putQid(out);
    out.putInt(0);
  }

  private void symlink(RequestReader in, ByteBuffer out) throws Refusal, IOException {
    FolderPath path = fid(in).path().child(in.string());
    folder.makeLink(path, in.string());
    folder.status(path).putQid(out);
  }

  private void makeDirectory(RequestReader in, ByteBuffer out) throws Refusal, IOException {
    FolderPath path = fid(in).path().child(in.string());
    folder.makeDirectory(path, in.int32());
    folder.status(path).putQid(out);
  }

  private void rename(RequestReader in) throws Refusal, IOException {
    FolderPath from = fid(in).path();
    move(from, fid(in).path().child(in.string()));
  }

  private void renameAt(RequestReader in) throws Refusal, IOException {
    FolderPath from = fid(in).path().child(in.string());
    move(from, fid(in).path().child(in.string()));
  }

  private void move(FolderPath from, FolderPath to) throws Refusal, IOException {
    folder.move(from, to);
    fids.moved(from, to);
  }

  private void unlinkAt(RequestReader in) throws Refusal, IOException {
    FolderPath path = fid(in).path().child(in.string());
    folder.remove(path, (in.int32() & REMOVE_DIRECTORY) != 0);
  }

  private void remove(RequestReader in) throws Refusal, IOException {
    int number = in.int32();
    FolderPath path = fids.get(number).path();
    fids.remove(number);
    folder.remove(path, folder.status(path).is(Kind.DIRECTORY));
  }

  private void attributes(RequestReader in, ByteBuffer out) throws Refusal, IOException {
    FileStatus status = status(fid(in));
    out.putLong(BASIC);
    status.putQid(out);
    out.putInt(status.mode()).putInt(0).putInt(0);
    out.putLong(status.is(Kind.DIRECTORY) ? 2 : 1).putLong(0);
    out.putLong(status.size()).putLong(4096).putLong((status.size() + 511) / 512);
    putTime(out, status.accessed());
    putTime(out, status.modified());
    putTime(out, status.modified());
    out.putLong(0).putLong(0).putLong(0).putLong(0);
  }

  /** Returns a file's status; an open one that was removed still has one. */
  private FileStatus status(Fid fid) throws Refusal, IOException {
    try {
      return folder.status(fid.path());
    } catch (NoSuchFileException e) {
      @Nullable FileChannel channel = fid.present();
      if (channel == null) {
        throw e;
      }
      return FileStatus.ofNameless(channel.size());
    }
  }

  private static void putTime(ByteBuffer out, FileTime time) {
    Instant instant = time.toInstant();
    out.putLong(instant.getEpochSecond()).putLong(instant.getNano());
  }

  private void setAttributes(RequestReader in) throws Refusal, IOException {
    Fid fid = fid(in);
    int what = in.int32();
    int mode = in.int32();
    int uid = in.int32();
    int gid = in.int32();
    long size = in.int64();
    FileTime accessed = time(in, (what & ACCESSED_GIVEN) != 0);
    FileTime modified = time(in, (what & MODIFIED_GIVEN) != 0);
    if (((what & SET_UID) != 0 && uid != 0) || ((what & SET_GID) != 0 && gid != 0)) {
      throw Errno.EPERM.refusal();
    }
    if ((what & SET_MODE) != 0) {
      folder.setMode(fid.path(), mode);
    }
    if ((what & SET_SIZE) != 0) {
      @Nullable FileChannel channel = fid.present();
      if (channel != null && (fid.flags() & SharedFolder.ACCESS) != 0 && size >= 0) {
        SharedFolder.resize(channel, size);
      } else {
        folder.setSize(fid.path(), size);
      }
    }
    if ((what & (SET_ACCESSED | SET_MODIFIED)) != 0) {
      folder.setTimes(
          fid.path(),
          (what & SET_ACCESSED) != 0 ? accessed : null,
          (what & SET_MODIFIED) != 0 ? modified : null);
    }
  }

  private FileTime time(RequestReader in, boolean given) throws Refusal {
    long seconds = in.int64();
    long nanos = in.int64();
    if (!given) {
      return FileTime.from(clock.epochNanos(), TimeUnit.NANOSECONDS);
    }
    if (seconds < 0 || seconds > Integer.toUnsignedLong(-1) || nanos < 0 || nanos > 999_999_999) {
      throw Errno.EINVAL.refusal();
    }
    return FileTime.from(seconds * 1_000_000_000 + nanos, TimeUnit.NANOSECONDS);
  }

  private void readDirectory(RequestReader in, ByteBuffer out) throws Refusal, IOException {
    Fid fid = fid(in);
    long position = in.int64();
    long count = Integer.toUnsignedLong(in.int32());
    int countAt = out.position();
    out.putInt(0);
    int room = (int) Math.min(count, out.remaining());
    ByteBuffer entries = out.slice(out.position(), room).order(ByteOrder.LITTLE_ENDIAN);
    fid.listing(position).put(entries);
    out.position(out.position() + entries.position());
    out.putInt(countAt, entries.position());
  }

  private void read(RequestReader in, ByteBuffer out) throws Refusal, IOException {
    Fid fid = fid(in);
    long at = offset(in);
    long count = Integer.toUnsignedLong(in.int32());
    int countAt = out.position();
    out.putInt(0);
    int start = out.position();
    int room = (int) Math.min(count, out.remaining());
    FileChannel file = fid.file();
    ByteBuffer data = out.slice(start, room);
    while (data.hasRemaining() && file.read(data, at + data.position()) > 0) {
      // The host may give less than there is.
    }
    out.putInt(countAt, data.position()).position(start + data.position());
  }

  private void write(RequestReader in, ByteBuffer out) throws Refusal, IOException {
    Fid fid = fid(in);
    long at = offset(in);
    ByteBuffer data = in.bytes(Integer.toUnsignedLong(in.int32()));
    if ((fid.flags() & SharedFolder.ACCESS) == 0 || !fid.isOpen()) {
      throw Errno.EBADF.refusal();
    }
    FileChannel file = fid.file();
    while (data.hasRemaining()) {
      file.write(data, at + data.position());
    }
    out.putInt(data.position());
  }

  private static long offset(RequestReader in) throws Refusal {
    long at = in.int64();
    if (at < 0 || at > Long.MAX_VALUE - MOST_MESSAGE) {
      throw Errno.EINVAL.refusal();
    }
    return at;
  }

  private void sync(RequestReader in) throws Refusal, IOException {
    Fid fid = fid(in);
    @Nullable FileChannel file = fid.present();
    if (file != null && file.isOpen()) {
      file.force(true);
    }
  }

  private void lock(RequestReader in, ByteBuffer out) throws Refusal {
    fid(in);
    out.put(LOCKED);
  }

  private void getLock(RequestReader in, ByteBuffer out) throws Refusal {
    fid(in);
    in.int8();
    long start = in.int64();
    long length = in.int64();
    int process = in.int32();
    String client = in.string();
    out.put(UNLOCKED).putLong(start).putLong(length).putInt(process);
    putString(out, client);
  }

  @Override
  public void save(StateWriter out) {
    out.number(messageSize).part("fids", fids);
  }

  @Override
  public void restore(StateReader in) {
    messageSize = in.int32(LEAST_MESSAGE, MOST_MESSAGE);
    in.part("fids", fids);
  }
}
