// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.image;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import tombolo.topology.InputException;

/**
 * What is where in an image. A path goes through the links on its way, as it will in the guest: in
 * a tree with {@code bin -> usr/bin}, what is put at {@code bin/ls} is at {@code usr/bin/ls}. So
 * trees can be laid over each other, in any order. Names are byte strings. Not thread-safe.
 */
final class ImageTree {
  /** The kernel follows no more links for a path. */
  private static final int MOST_LINKS = 40;

  /** An entry of the archive. A file's bytes are read when the archive is written. */
  sealed interface Entry {}

  record Directory() implements Entry {}

  record Link(String target) implements Entry {}

  record Text(String content) implements Entry {}

  record HostFile(Path file, boolean executable) implements Entry {}

  /** A device, a pipe or a socket, with its mode and device number as stat(2) has them. */
  record Node(int mode, long device) implements Entry {}

  /**
   * By path, so that a directory comes before what is in it, and each order of adding is as good.
   */
  private final SortedMap<String, Entry> entries = new TreeMap<>();

  /** Returns all entries; a directory comes before what is in it. */
  Map<String, Entry> entries() {
    return Collections.unmodifiableMap(entries);
  }

  /**
   * Puts something where a path leads. Makes the directories on the way. What is there is replaced,
   * except that a directory joins the directory that is there, and that what is in a directory goes
   * to where the link leads that takes its place.
   *
   * @param path without a slash in front, {@code .} and {@code ..}; empty for the root
   * @throws InputException if links go round in circles, or a file would replace a directory with
   *     something in it
   */
  void put(String path, Entry entry) {
    if (path.isEmpty()) {
      if (!(entry instanceof Directory)) {
        throw new InputException("/: only a directory can be the root; give the file a name");
      }
      return;
    }
    int slash = path.lastIndexOf('/');
    String parent = slash < 0 ? "" : directory(path.substring(0, slash));
    String at = join(parent, path.substring(slash + 1));
    SortedMap<String, Entry> below = entries.subMap(at + "/", at + "0"); // 0 comes after the slash
    switch (entry) {
      case Directory() -> directory(at);
      case Link link when !below.isEmpty() -> {
        Map<String, Entry> moved = new TreeMap<>(below);
        below.clear();
        entries.put(at, link);
        String target = directory(at);
        for (Map.Entry<String, Entry> each : moved.entrySet()) {
          String to = target + each.getKey().substring(at.length());
          if (!entries.containsKey(to)) {
            put(to, each.getValue());
          }
        }
      }
      default -> {
        if (!below.isEmpty()) {
          throw new InputException(
              "/%s: a directory with something in it in the image, and no directory in what is added"
                  .formatted(path));
        }
        entries.put(at, entry);
      }
    }
  }

  /** Returns where a directory is, without links on the way; makes what is missing. */
  private String directory(String path) {
    Deque<String> left = new ArrayDeque<>(parts(path));
    String real = "";
    int links = 0;
    while (!left.isEmpty()) {
      String part = left.removeFirst();
      if (part.equals("..")) {
        real = real.substring(0, Math.max(0, real.lastIndexOf('/')));
        continue;
      }
      String next = join(real, part);
      if (entries.get(next) instanceof Link(String target)) {
        if (++links > MOST_LINKS) {
          throw new InputException("/%s: its symbolic links go round in circles".formatted(path));
        }
        real = target.startsWith("/") ? "" : real;
        for (Iterator<String> back = parts(target).reversed().iterator(); back.hasNext(); ) {
          left.addFirst(back.next());
        }
      } else {
        if (!(entries.get(next) instanceof Directory)) {
          entries.put(next, new Directory());
        }
        real = next;
      }
    }
    return real;
  }

  private static List<String> parts(String path) {
    return Arrays.stream(path.split("/", -1))
        .filter(part -> !part.isEmpty() && !part.equals("."))
        .toList();
  }

  private static String join(String directory, String name) {
    return directory.isEmpty() ? name : directory + "/" + name;
  }
}
