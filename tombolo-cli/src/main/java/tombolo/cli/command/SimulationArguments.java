// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.command;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;
import tombolo.cli.run.Host;
import tombolo.cli.run.Recorded;
import tombolo.cli.run.TimeLimit;
import tombolo.sim.MemoryModel;
import tombolo.sim.SimulationOptions;
import tombolo.topology.FaultSpec;
import tombolo.topology.InputException;
import tombolo.topology.Topology;
import tombolo.topology.VmSpec;
import tombolo.topology.file.TopologyFile;

/** What a run depends on that {@code explore} has found and {@code replay} repeats. */
final class SimulationArguments {
  private static final TimeLimit DEFAULT_LIMIT = new TimeLimit("60s", Duration.ofSeconds(60));

  @Parameters(paramLabel = "FILE", description = "a topology file")
  private String file;

  @Option(
      names = "--memory-model",
      paramLabel = "MODEL",
      converter = ModelConverter.class,
      description =
          "what harts see of each other's accesses to channels and shared RAM: rvwmo (RISC-V's"
              + " order, the default), tso (as on x86) or sc (program order)")
  private MemoryModel model = MemoryModel.RVWMO;

  @Option(
      names = "--virtual-time",
      paramLabel = "TIME",
      converter = TimeLimit.Converter.class,
      description = "virtual time after which a run that has not ended has failed; default 60s")
  private TimeLimit limit = DEFAULT_LIMIT;

  @Option(
      names = "--fault",
      paramLabel = "FAULT",
      description =
          "what may happen besides the faults of the file; may be repeated: \"kill VM\","
              + " \"stall VM\", \"jump clock\", \"delay-bells VM\", \"wake VM\", \"refuse VM\","
              + " \"slow-disks VM\", \"fail-disks VM\", \"lose-packets VM\", \"swap-packets VM\"")
  private List<String> faults = new ArrayList<>();

  @Option(
      names = "--fail-on",
      paramLabel = "REGEX",
      description =
          "a line of a console that matches this regular expression is a failure; may be repeated")
  private List<String> failOn = new ArrayList<>();

  /** Returns the topology file, as the person wrote it. */
  String file() {
    return file;
  }

  /**
   * Reads the topology.
   *
   * @throws tombolo.topology.file.TopologyException with all mistakes in it
   */
  Topology topology(Host host) {
    try {
      return withFaults(TopologyFile.read(Path.of(file), host.platforms(), host.memoryBytes()));
    } catch (InvalidPathException e) {
      throw new InputException("%s: not a path: %s".formatted(file, e.getReason()));
    }
  }

  private Topology withFaults(Topology topology) {
    List<String> vms = topology.vms().stream().map(VmSpec::name).toList();
    return topology.withFaults(faults.stream().map(fault -> FaultSpec.parse(fault, vms)).toList());
  }

  SimulationOptions options(long seed) {
    return new SimulationOptions(
        seed, model, limit.duration().toNanos(), failOn.stream().map(this::pattern).toList(), true);
  }

  private Pattern pattern(String text) {
    try {
      return Pattern.compile(text);
    } catch (PatternSyntaxException e) {
      throw new InputException(
          "--fail-on %s: no regular expression: %s".formatted(text, e.getDescription()));
    }
  }

  /**
   * Returns what the run depends on besides these arguments.
   *
   * @throws InputException if a file cannot be read
   */
  Recorded recorded(Topology topology) {
    return Recorded.of(Path.of(file), topology);
  }

  /** Returns the command that repeats the run of a seed. */
  String replay(long seed, Recorded recorded) {
    StringBuilder command = new StringBuilder("tombolo replay " + file + " --seed " + seed);
    if (model != MemoryModel.RVWMO) {
      command.append(" --memory-model ").append(model.label());
    }
    if (!limit.equals(DEFAULT_LIMIT)) {
      command.append(" --virtual-time ").append(limit.text().replace(" ", ""));
    }
    faults.forEach(fault -> command.append(" --fault '").append(fault).append('\''));
    failOn.forEach(
        text -> command.append(" --fail-on '").append(text.replace("'", "'\\''")).append('\''));
    return command.append(" --recorded ").append(recorded.text()).toString();
  }

  /** Parses a memory model for picocli, which makes one itself. */
  static final class ModelConverter implements ITypeConverter<MemoryModel> {
    @Override
    public MemoryModel convert(String text) {
      return MemoryModel.named(text)
          .orElseThrow(
              () ->
                  new TypeConversionException(
                      "'%s': no such memory model; there is %s"
                          .formatted(text, String.join(", ", MemoryModel.labels()))));
    }
  }

  /** Parses a seed for picocli, which makes one itself. */
  static final class SeedConverter implements ITypeConverter<Long> {
    @Override
    public Long convert(String text) {
      @Nullable Long seed = null;
      try {
        seed = Long.decode(text.strip());
      } catch (NumberFormatException e) {
        // Said below.
      }
      if (seed == null) {
        throw new TypeConversionException(
            "'%s': no seed; give a whole number of at most 64 bits, such as 7".formatted(text));
      }
      return seed;
    }
  }
}
