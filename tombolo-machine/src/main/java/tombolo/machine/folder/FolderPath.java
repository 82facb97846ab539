// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.folder;

import java.util.ArrayList;
import java.util.List;
import tombolo.machine.folder.Errno.Refusal;

/**
 * A place in a shared folder: names from the folder down, none of them empty, "." or "..", none
 * with a slash. So no path leads out, whatever its names are.
 *
 * @param names at most {@link #MOST_NAMES}, of at most {@link #MOST_LENGTH} characters together
 */
record FolderPath(List<String> names) {
  static final int MOST_NAMES = 128;
  static final int MOST_LENGTH = 4096;

  /** The folder itself. */
  static final FolderPath ROOT = new FolderPath(List.of());

  FolderPath {
    names = List.copyOf(names);
  }

  boolean isRoot() {
    return names.isEmpty();
  }

  String last() {
    return names.getLast();
  }

  FolderPath parent() {
    return new FolderPath(names.subList(0, names.size() - 1));
  }

  /** Returns the place of this name in here. */
  FolderPath child(String name) throws Refusal {
    if (name.isEmpty() || name.equals(".") || name.equals("..") || name.indexOf('/') >= 0) {
      throw Errno.EINVAL.refusal();
    }
    List<String> longer = new ArrayList<>(names);
    longer.add(name);
    if (longer.size() > MOST_NAMES
        || longer.stream().mapToInt(String::length).sum() > MOST_LENGTH) {
      throw Errno.ENAMETOOLONG.refusal();
    }
    return new FolderPath(longer);
  }

  /** Returns where a walk of one step leads; ".." of the folder is the folder. */
  FolderPath step(String name) throws Refusal {
    if (name.equals("..")) {
      return isRoot() ? this : parent();
    }
    return child(name);
  }

  boolean isIn(FolderPath other) {
    return names.size() >= other.names.size()
        && names.subList(0, other.names.size()).equals(other.names);
  }

  /** Returns where this is after something that it is in has moved. */
  FolderPath moved(FolderPath from, FolderPath to) {
    List<String> there = new ArrayList<>(to.names);
    there.addAll(names.subList(from.names.size(), names.size()));
    return new FolderPath(there);
  }
}
