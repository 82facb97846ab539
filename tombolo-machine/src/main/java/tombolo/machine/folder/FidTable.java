// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.folder;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tombolo.machine.folder.Errno.Refusal;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.machine.state.Stateful;

/**
 * The fids of a client, {@link #MOST} at the most, {@link #MOST_OPEN} of them open. Its state is
 * where they are and how they were opened; files are opened again by their paths.
 */
final class FidTable implements Stateful {
  static final int MOST = 2048;
  static final int MOST_OPEN = 256;

  private final SharedFolder folder;
  private final Map<Integer, Fid> fids = new TreeMap<>();

  FidTable(SharedFolder folder) {
    this.folder = folder;
  }

  Fid get(int number) throws Refusal {
    @Nullable Fid fid = fids.get(number);
    if (fid == null) {
      throw Errno.EBADF.refusal();
    }
    return fid;
  }

  /** Returns whether this number is this fid's. */
  boolean is(int number, Fid fid) {
    return fids.get(number) == fid;
  }

  /** Checks that there can be a fid of this number. */
  void requireFree(int number) throws Refusal {
    if (fids.containsKey(number)) {
      throw Errno.EBADF.refusal();
    }
    if (fids.size() >= MOST) {
      throw Errno.EMFILE.refusal();
    }
  }

  void put(int number, FolderPath path) {
    fids.put(number, new Fid(folder, path));
  }

  /** Checks that one more fid can be opened, and that it is this one. */
  void requireOpenable(Fid fid) throws Refusal {
    if (fid.isOpen()) {
      throw Errno.EBADF.refusal();
    }
    if (fids.values().stream().filter(Fid::isOpen).count() >= MOST_OPEN) {
      throw Errno.EMFILE.refusal();
    }
  }

  void remove(int number) throws Refusal, IOException {
    Fid fid = get(number);
    fids.remove(number);
    fid.close();
  }

  /** Has the fids of a file, and of what is in it, follow it to another place. */
  void moved(FolderPath from, FolderPath to) {
    for (Fid fid : fids.values()) {
      if (fid.path().isIn(from)) {
        fid.moveTo(fid.path().moved(from, to));
      }
    }
  }

  void clear() {
    for (Fid fid : fids.values()) {
      try {
        fid.close();
      } catch (IOException e) {
        // Nobody waits for an answer.
      }
    }
    fids.clear();
  }

  @Override
  public void save(StateWriter out) {
    out.number(fids.size());
    fids.forEach(
        (number, fid) -> {
          out.number(number).number(fid.flags()).number(fid.path().names().size());
          fid.path().names().forEach(out::string);
        });
  }

  @Override
  public void restore(StateReader in) {
    clear();
    int count = in.int32(0, MOST);
    for (int i = 0; i < count; i++) {
      int number = in.int32();
      int flags = in.int32();
      List<String> names = new ArrayList<>();
      for (int left = in.int32(0, FolderPath.MOST_NAMES); left > 0; left--) {
        names.add(in.string());
      }
      try {
        FolderPath path = FolderPath.ROOT;
        for (String name : names) {
          path = path.child(name);
        }
        requireFree(number);
        put(number, path);
        if (flags != Fid.CLOSED) {
          requireOpenable(get(number));
          get(number).openLater(flags);
        }
      } catch (Refusal e) {
        throw in.wrong("fid %d cannot be".formatted(number));
      }
    }
  }
}
