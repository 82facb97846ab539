// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.folder;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A client of a session: it makes requests and takes answers apart. */
final class TestClient {
  static final int ROOT = 1;

  private final Session session;
  private final ByteBuffer answer = ByteBuffer.allocate(Session.MOST_MESSAGE);
  private short tag;

  TestClient(Session session) {
    this.session = session;
  }

  /** Agrees on the protocol, and attaches to the folder as fid 1. */
  TestClient attached() {
    ByteBuffer version = done(Request.VERSION, Session.MOST_MESSAGE, "9P2000.L");
    assertThat(version.getInt()).isEqualTo(Session.MOST_MESSAGE);
    done(Request.ATTACH, ROOT, -1, "root", "", 0);
    return this;
  }

  static byte[] fields(Object... fields) {
    ByteBuffer out = ByteBuffer.allocate(Session.MOST_MESSAGE).order(ByteOrder.LITTLE_ENDIAN);
    for (Object field : fields) {
      switch (field) {
        case Byte number -> out.put(number);
        case Short number -> out.putShort(number);
        case Integer number -> out.putInt(number);
        case Long number -> out.putLong(number);
        case byte[] bytes -> out.put(bytes);
        case String text -> {
          byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
          out.putShort((short) bytes.length).put(bytes);
        }
        default -> throw new IllegalArgumentException(field.toString());
      }
    }
    byte[] bytes = new byte[out.position()];
    out.get(0, bytes);
    return bytes;
  }

  /** Sends a request; returns the fields of the answer, whose type is put into its first byte. */
  private ByteBuffer request(int type, Object... fields) {
    byte[] body = fields(fields);
    ByteBuffer request =
        ByteBuffer.allocate(Session.HEADER + body.length).order(ByteOrder.LITTLE_ENDIAN);
    tag++;
    request.putInt(request.capacity()).put((byte) type).putShort(tag).put(body).flip();
    session.serve(request, answer.clear());
    assertThat(answer.getInt(0)).isEqualTo(answer.limit());
    assertThat(answer.getShort(5)).isEqualTo(tag);
    return answer;
  }

  /** Sends a request that has to succeed, and returns the fields of its answer. */
  ByteBuffer done(int type, Object... fields) {
    ByteBuffer all = request(type, fields);
    if (all.get(4) == Request.ERROR + 1) {
      throw new AssertionError("request %d: error %d".formatted(type, all.getInt(7)));
    }
    assertThat(all.get(4)).isEqualTo((byte) (type + 1));
    return all.position(Session.HEADER);
  }

  /** Sends a request that has to fail, and returns the number of its error. */
  int refused(int type, Object... fields) {
    ByteBuffer all = request(type, fields);
    assertThat(all.get(4))
        .as("request %d was answered", type)
        .isEqualTo((byte) (Request.ERROR + 1));
    assertThat(all.limit()).isEqualTo(Session.SHORT_ANSWER);
    return all.getInt(7);
  }

  private static Object[] walk(int from, int to, String... names) {
    List<Object> fields = new ArrayList<>(List.of(from, to, (short) names.length));
    fields.addAll(List.of(names));
    return fields.toArray();
  }

  /** Walks from the folder, and returns how many steps it took. */
  int walk(int to, String... names) {
    return done(Request.WALK, walk(ROOT, to, names)).getShort();
  }

  int walkRefused(int to, String... names) {
    return refused(Request.WALK, walk(ROOT, to, names));
  }

  /** Makes or opens a file in the folder, for reading and writing. */
  void create(int fid, String name) {
    walk(fid);
    done(Request.LCREATE, fid, name, SharedFolder.READ_WRITE, 0644, 0);
  }

  void write(int fid, long at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    assertThat(done(Request.WRITE, fid, at, bytes.length, bytes).getInt()).isEqualTo(bytes.length);
  }

  String read(int fid, long at, int count) {
    ByteBuffer data = done(Request.READ, fid, at, count);
    byte[] bytes = new byte[data.getInt()];
    data.get(bytes);
    assertThat(data.hasRemaining()).isFalse();
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** Lists a directory that is open, some bytes at a time. */
  List<String> list(int fid, int count) {
    List<String> names = new ArrayList<>();
    long position = 0;
    while (true) {
      ByteBuffer entries = done(Request.READDIR, fid, position, count);
      if (entries.getInt() == 0) {
        return names;
      }
      while (entries.hasRemaining()) {
        entries.position(entries.position() + 13);
        position = entries.getLong();
        entries.get();
        byte[] name = new byte[entries.getShort()];
        entries.get(name);
        names.add(new String(name, StandardCharsets.UTF_8));
      }
    }
  }

  /** Returns mode and size of a file. */
  List<Long> modeAndSize(int fid) {
    ByteBuffer fields = done(Request.GETATTR, fid, 0x7ffL).order(ByteOrder.LITTLE_ENDIAN);
    int start = fields.position();
    return List.of((long) fields.getInt(start + 21), fields.getLong(start + 49));
  }
}
