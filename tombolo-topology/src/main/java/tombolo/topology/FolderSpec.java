// SPDX-License-Identifier: Apache-2.0

package tombolo.topology;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tombolo.machine.folder.FolderDevice;

/**
 * A folder of the host that a guest mounts, as people write it: {@code DIR}, {@code DIR:TAG},
 * {@code DIR:ro} or {@code DIR:TAG:ro}.
 *
 * @param folder the directory
 * @param tag by which the guest mounts it
 * @param readOnly whether the guest can change nothing in it
 */
public record FolderSpec(Path folder, String tag, boolean readOnly) {
  /** The most folders of a VM. */
  public static final int MOST = 4;

  /** The tag of a folder for which none was written. */
  public static final String DEFAULT_TAG = "host";

  private static final Pattern READ_ONLY = Pattern.compile("(.+):ro", Pattern.DOTALL);
  private static final Pattern TAG =
      Pattern.compile("(.+):([A-Za-z0-9_-]{1," + FolderDevice.MOST_TAG + "})", Pattern.DOTALL);

  /**
   * Parses what a person wrote.
   *
   * @throws InvalidPathException if the directory is not a path
   */
  public static FolderSpec parse(String text) {
    Matcher readOnly = READ_ONLY.matcher(text);
    String named = readOnly.matches() ? readOnly.group(1) : text;
    Matcher tagged = TAG.matcher(named);
    return tagged.matches()
        ? new FolderSpec(Path.of(tagged.group(1)), tagged.group(2), readOnly.matches())
        : new FolderSpec(Path.of(named), DEFAULT_TAG, readOnly.matches());
  }

  /** Returns the folder with its path relative to another file. */
  public FolderSpec besides(Path other) {
    return new FolderSpec(other.resolveSibling(folder), tag, readOnly);
  }

  /**
   * Checks the directory.
   *
   * @throws InputException if it can't be shared, with the reason
   */
  public void check() {
    if (!Files.isDirectory(folder)) {
      throw new InputException(
          Files.exists(folder)
              ? folder + ": not a directory; share the directory that it is in"
              : folder + ": no such directory");
    }
    if (!Files.isReadable(folder) || !Files.isExecutable(folder)) {
      throw new InputException(folder + ": is not readable; give yourself the right to read it");
    }
  }

  /**
   * Checks the folders of one VM together.
   *
   * @throws InputException if a VM can't have them, with the reason
   */
  public static void check(List<FolderSpec> folders) {
    if (folders.size() > MOST) {
      throw new InputException(
          "%d folders; a VM can have at most %d".formatted(folders.size(), MOST));
    }
    for (int i = 0; i < folders.size(); i++) {
      String tag = folders.get(i).tag;
      if (folders.subList(0, i).stream().anyMatch(other -> other.tag.equals(tag))) {
        throw new InputException(
            "two folders with the tag %s; give each its own: DIR:TAG".formatted(tag));
      }
    }
  }
}
