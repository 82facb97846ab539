// SPDX-License-Identifier: Apache-2.0

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Runs the commands that the documents show, so that no document shows one that fails.
 *
 * <p>A command is a line of a block of code that begins with "$ ", or with a program that {@link
 * #PROGRAM} names. A backslash at the end of a line joins the next one. Each runs in the
 * repository's root by bash, and must end with status 0 within {@link #MINUTES}. An HTML comment
 * before a block says where that is different, for this block:
 *
 * <pre>
 *   &lt;!-- ci: not run: WHY --&gt;      somebody else runs it, or it takes hours
 *   &lt;!-- ci: types LINE --&gt;        a person types this at a prompt, "# "
 *   &lt;!-- ci: status N --&gt;          it ends with this status
 *   &lt;!-- ci: after COMMAND --&gt;     this makes what the block takes for granted
 * </pre>
 *
 * <p>The commands see no VMs that run on this machine already: {@code tombolo top} would watch
 * them.
 */
final class Commands {
  private static final Pattern PROGRAM =
      Pattern.compile(
          "(\\./|mvn |make |java |guests/|qemu-|riscv64-|truncate |sed |socat |sudo |mke2fs |ssh"
              + " |U?boot).*");
  private static final Pattern DIRECTIVE = Pattern.compile("<!-- ci: (.*) -->");
  private static final int MINUTES = 5;

  private record Block(
      Path file, int line, List<String> commands, Map<String, String> directives) {}

  private Commands() {}

  public static void main(String[] files) throws IOException, InterruptedException {
    File runtime = Files.createTempDirectory("commands").toFile();
    int run = 0;
    int failed = 0;
    int left = 0;
    for (String file : files) {
      for (Block block : blocks(Path.of(file))) {
        if (block.directives.containsKey("not run")) {
          left += block.commands.size();
          continue;
        }
        for (String command : block.commands) {
          run++;
          failed += passes(block, command, runtime) ? 0 : 1;
        }
      }
    }
    System.out.printf(
        "commands in the documents: %d ran, %d failed, %d are not run, for reasons given%n",
        run, failed, left);
    System.exit(failed == 0 && run > 0 ? 0 : 1);
  }

  private static List<Block> blocks(Path file) throws IOException {
    List<Block> blocks = new ArrayList<>();
    Map<String, String> directives = new TreeMap<>();
    List<String> commands = new ArrayList<>();
    List<String> lines = Files.readAllLines(file);
    boolean continued = false;
    for (int i = 0; i <= lines.size(); i++) {
      String line = i < lines.size() ? lines.get(i) : "end";
      if (line.startsWith("    ")) {
        String text = line.strip();
        if (continued) {
          commands.set(commands.size() - 1, commands.getLast() + "\n" + text);
        } else if (text.startsWith("$ ")) {
          commands.add(text.substring(2));
        } else if (PROGRAM.matcher(text).matches()) {
          commands.add(text);
        } else {
          continue;
        }
        continued = text.endsWith("\\");
      } else if (!line.isBlank()) {
        if (!commands.isEmpty()) {
          blocks.add(new Block(file, i, List.copyOf(commands), Map.copyOf(directives)));
          commands.clear();
        }
        Matcher directive = DIRECTIVE.matcher(line);
        if (!directive.matches()) {
          directives.clear();
        } else {
          String said = directive.group(1);
          String kind = said.startsWith("not run: ") ? "not run" : said.split(" ")[0];
          directives.put(kind, said.substring(kind.length()).replaceFirst("^:? ", ""));
        }
      }
    }
    return blocks;
  }

  private static boolean passes(Block block, String command, File runtime)
      throws IOException, InterruptedException {
    System.out.println("$ " + command);
    String before = block.directives.getOrDefault("after", "true");
    String typed = block.directives.getOrDefault("types", "");
    int expected = Integer.parseInt(block.directives.getOrDefault("status", "0"));
    File output = File.createTempFile("command", ".txt");
    try {
      ProcessBuilder builder =
          new ProcessBuilder("bash", "-c", "set -e\n" + before + "\n" + command)
              .redirectErrorStream(true)
              .redirectOutput(output);
      builder.environment().put("XDG_RUNTIME_DIR", runtime.toString());
      Process process = builder.start();
      long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(MINUTES);
      try (var keys = process.outputWriter()) {
        boolean asked = typed.isEmpty();
        while (!asked && process.isAlive() && System.nanoTime() < deadline) {
          process.waitFor(100, TimeUnit.MILLISECONDS);
          asked = Files.readString(output.toPath(), StandardCharsets.ISO_8859_1).contains("# ");
        }
        keys.write(typed.isEmpty() ? "" : typed + "\n");
      } catch (IOException e) {
        // The command has ended without reading.
      }
      boolean ended = process.waitFor(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (!ended) {
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
        process.waitFor();
      }
      if (ended && process.exitValue() == expected) {
        return true;
      }
      System.out.println(Files.readString(output.toPath(), StandardCharsets.ISO_8859_1).indent(2));
      System.out.printf(
          "%s, before line %d: %s, and not with status %d%n",
          block.file,
          block.line + 1,
          ended
              ? "ended with status " + process.exitValue()
              : "has not ended in " + MINUTES + " minutes",
          expected);
      return false;
    } finally {
      Files.delete(output.toPath());
    }
  }
}
