// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The modules of a kernel by name, with what they need, as {@code depmod} lists them in {@code
 * lib/modules/VERSION}: {@code modules.dep}, {@code modules.softdep}, {@code modules.alias} and the
 * kernel's own {@code modules.builtin}. Immutable.
 */
public final class KernelModules {
  private static final Pattern SPACE = Pattern.compile("\\s+");
  private static final Pattern SUFFIX = Pattern.compile("\\.ko(\\.xz|\\.gz|\\.zst)?$");

  private final Path directory;

  /** By name: its path, and the paths of what it needs, in the order of modules.dep. */
  private final Map<String, List<String>> dependencies = new TreeMap<>();

  private final Map<String, List<String>> before = new TreeMap<>();
  private final Map<String, List<String>> aliases = new TreeMap<>();
  private final TreeSet<String> builtIn = new TreeSet<>();

  private KernelModules(Path directory) {
    this.directory = directory;
  }

  /**
   * Reads the lists.
   *
   * @param directory {@code lib/modules/VERSION}
   * @throws IOException if there is no modules.dep, or it can't be read
   */
  public static KernelModules in(Path directory) throws IOException {
    KernelModules modules = new KernelModules(directory);
    for (String line : Files.readAllLines(directory.resolve("modules.dep"))) {
      int colon = line.indexOf(':');
      if (colon > 0) {
        List<String> paths = new ArrayList<>(List.of(line.substring(0, colon)));
        paths.addAll(words(line.substring(colon + 1)));
        modules.dependencies.put(name(paths.getFirst()), List.copyOf(paths));
      }
    }
    for (String line : lines(directory.resolve("modules.softdep"))) {
      List<String> words = words(line);
      if (words.size() > 2 && words.getFirst().equals("softdep")) {
        modules.before.put(canonical(words.get(1)), before(words.subList(2, words.size())));
      }
    }
    for (String line : lines(directory.resolve("modules.alias"))) {
      List<String> words = words(line);
      if (words.size() == 3 && words.getFirst().equals("alias")) {
        modules
            .aliases
            .computeIfAbsent(canonical(words.get(1)), _ -> new ArrayList<>())
            .add(canonical(words.get(2)));
      }
    }
    lines(directory.resolve("modules.builtin")).forEach(path -> modules.builtIn.add(name(path)));
    return modules;
  }

  private static List<String> lines(Path file) throws IOException {
    return Files.exists(file) ? Files.readAllLines(file) : List.of();
  }

  private static List<String> words(String text) {
    return SPACE.splitAsStream(text).filter(word -> !word.isEmpty()).toList();
  }

  /** Returns what a soft dependency loads first: the words from "pre:" to "post:". */
  private static List<String> before(List<String> words) {
    return words.stream()
        .dropWhile(word -> !word.equals("pre:"))
        .skip(1)
        .takeWhile(word -> !word.equals("post:"))
        .map(KernelModules::canonical)
        .toList();
  }

  private static String name(String path) {
    return canonical(SUFFIX.matcher(path.substring(path.lastIndexOf('/') + 1)).replaceFirst(""));
  }

  /** To a kernel, both characters are the same in the name of a module. */
  private static String canonical(String name) {
    return name.replace('-', '_');
  }

  /** Returns whether a kernel has the module, as a file or built in. */
  public boolean has(String name) {
    return dependencies.containsKey(canonical(name)) || builtIn.contains(canonical(name));
  }

  /**
   * Returns the files of a module and of what it needs, in the order in which they have to be
   * loaded; none for a module that is built in.
   *
   * @param name one that the kernel {@link #has}
   */
  public List<Path> files(String name) {
    SequencedSet<String> paths = new LinkedHashSet<>();
    collect(canonical(name), paths, new TreeSet<>());
    return paths.stream().map(directory::resolve).toList();
  }

  private void collect(String name, SequencedSet<String> paths, Set<String> visited) {
    List<String> needed = dependencies.get(name);
    if (needed == null || !visited.add(name)) {
      return;
    }
    // A module's own dependencies come first, the last one of the list before all others.
    for (String path : needed.subList(1, needed.size()).reversed()) {
      collect(name(path), paths, visited);
    }
    before.getOrDefault(name, List.of()).stream()
        .flatMap(
            soft -> Stream.concat(Stream.of(soft), aliases.getOrDefault(soft, List.of()).stream()))
        .forEach(soft -> collect(soft, paths, visited));
    paths.add(needed.getFirst());
  }
}
