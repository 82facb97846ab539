// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.view;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tombolo.topology.InputException;

/**
 * Asks the topologies of this user that run in other processes, through their control sockets. Asks
 * all of them at once and waits for none longer than a deadline: one that was stopped, as by
 * Ctrl-Z, hides no other.
 *
 * <p>Believes only sockets that are this user's alone, in a directory that is this user's alone.
 */
public final class RunningTopologies {
  private static final long PATIENCE_NANOS = 2_000_000_000;

  /** A command may wait for vCPUs; {@link VmCommands} has said so by then. */
  private static final long COMMAND_PATIENCE_NANOS = 2 * VmCommands.PATIENCE_NANOS;

  private RunningTopologies() {}

  /**
   * What the topologies have answered.
   *
   * @param table the rows of all that have, with the process's number as the first column; empty if
   *     none has
   * @param silent numbers of the processes that have not, in time
   * @param problems what is wrong with others, a line each
   */
  public record Answers(Optional<Table> table, List<String> silent, List<String> problems) {
    /** What a table shows of a topology that has not answered. */
    public static final String NOT_ANSWERING = "not answering";

    /** Copies the lists. */
    public Answers {
      silent = List.copyOf(silent);
      problems = List.copyOf(problems);
    }

    /** Returns whether nothing runs. */
    public boolean isEmpty() {
      return table.isEmpty() && silent.isEmpty();
    }

    /** Returns the table {@code ps}, with a row for each topology that has not answered. */
    public Optional<Table> withSilent() {
      if (silent.isEmpty()) {
        return table;
      }
      Table missing =
          new Table(
              List.of("pid", "state"),
              silent.stream().map(pid -> List.of(pid, NOT_ANSWERING)).toList());
      return Optional.of(
          table.orElseGet(() -> TopologyView.noVms().withColumn("pid", "")).and(missing));
    }

    /** Returns a line for each topology that has not answered, and each problem. */
    public List<String> complaints() {
      return Stream.concat(
              silent.stream().map(pid -> "process %s: %s".formatted(pid, NOT_ANSWERING)),
              problems.stream())
          .toList();
    }
  }

  /** What was heard of the topologies, as it comes. */
  private record Heard(Map<Path, Table> tables, List<String> silent, List<String> problems) {}

  /**
   * Asks for a table.
   *
   * @param name of the table
   * @throws InputException if the directory of the sockets cannot be trusted
   */
  public static Answers table(String name) {
    Heard heard = ask(name);
    @Nullable Table all = null;
    for (Map.Entry<Path, Table> one : heard.tables.entrySet()) {
      Table table = one.getValue().withColumn("pid", process(one.getKey()));
      all = all == null ? table : all.and(table);
    }
    return new Answers(Optional.ofNullable(all), heard.silent, heard.problems);
  }

  /**
   * Acts on a VM.
   *
   * @param verb a name of {@link VmCommands}
   * @param vm its name, perhaps behind its topology or its process's number, see {@link VmName}
   * @return what was done, in words
   * @throws InputException if there is no such VM, or more than one
   * @throws RefusedException if it was not done
   */
  public static String act(String verb, String vm) throws RefusedException {
    Heard heard = ask("ps");
    List<VmName> running = new ArrayList<>();
    heard.tables.forEach(
        (socket, table) -> running.addAll(VmName.of(socket, process(socket), table)));
    VmName wanted =
        VmName.find(
            vm, running, new Answers(Optional.empty(), heard.silent, heard.problems).complaints());
    try {
      ControlRequest request =
          ControlRequest.start(wanted.socket(), VmCommands.request(verb, wanted.vm()));
      return switch (request.await(COMMAND_PATIENCE_NANOS)) {
        case ControlRequest.Answered(String text) -> VmCommands.parse(text);
        case ControlRequest.Silent _ ->
            throw new RefusedException(wanted.process() + " does not answer; it may be stopped");
        default -> throw new RefusedException(wanted.process() + " has ended");
      };
    } catch (IOException e) {
      throw new RefusedException(wanted.process() + " cannot be asked: " + e.getMessage());
    }
  }

  private static String process(Path socket) {
    return socket.getFileName().toString().split("[-.]", 2)[0];
  }

  /** Asks all topologies at once. */
  private static Heard ask(String name) {
    Heard heard = new Heard(new LinkedHashMap<>(), new ArrayList<>(), new ArrayList<>());
    Map<Path, ControlRequest> asked = new LinkedHashMap<>();
    for (Path socket : sockets()) {
      try {
        RuntimeDirectory.checkSocket(socket);
        asked.put(socket, ControlRequest.start(socket, name));
      } catch (NoSuchFileException e) {
        // It has ended right now.
      } catch (IOException e) {
        heard.problems.add(String.valueOf(e.getMessage()));
      }
    }
    long end = System.nanoTime() + PATIENCE_NANOS;
    asked.forEach(
        (socket, request) -> {
          String process = "process " + process(socket);
          switch (request.await(Math.max(end - System.nanoTime(), 0))) {
            case ControlRequest.Answered(String text) -> {
              try {
                heard.tables.put(socket, Table.ofTabs(text));
              } catch (IllegalArgumentException e) {
                heard.problems.add(process + ": answers something else than a table");
              }
            }
            case ControlRequest.Abandoned _ -> remove(socket);
            case ControlRequest.Ended _ -> {} // right now
            case ControlRequest.Silent _ -> heard.silent.add(process(socket));
            case ControlRequest.TooLong _ -> heard.problems.add(process + ": answers too much");
          }
        });
    return heard;
  }

  private static List<Path> sockets() {
    try {
      Optional<Path> directory = RuntimeDirectory.existing();
      if (directory.isEmpty()) {
        return List.of();
      }
      try (Stream<Path> files = Files.list(directory.get())) {
        return files
            .filter(file -> file.toString().endsWith(ControlSocket.SUFFIX))
            .sorted()
            .toList();
      }
    } catch (IOException e) {
      throw new InputException(String.valueOf(e.getMessage()));
    }
  }

  private static void remove(Path socket) {
    try {
      Files.deleteIfExists(socket);
    } catch (IOException e) {
      // Then the next one tries.
    }
  }
}
