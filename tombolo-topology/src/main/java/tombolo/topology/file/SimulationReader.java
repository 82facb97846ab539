// SPDX-License-Identifier: Apache-2.0

package tombolo.topology.file;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.tomlj.TomlArray;
import tombolo.topology.FaultSpec;
import tombolo.topology.InputException;
import tombolo.topology.SimulationSpec;

/** Reads the table {@code [simulation]}. */
final class SimulationReader {
  static final String SIMULATION = "simulation";

  private static final String FAULTS = "faults";
  private static final String FAIL_ON = "fail-on";

  private SimulationReader() {}

  /**
   * Reads the table.
   *
   * @param vms the names of the VMs
   */
  static SimulationSpec read(Section simulation, List<String> vms) {
    simulation.allowOnly(List.of(FAULTS, FAIL_ON), "a simulation");
    List<FaultSpec> faults = new ArrayList<>();
    for (String text : strings(simulation, FAULTS, "an array of faults: [\"kill VM\"]")) {
      try {
        faults.add(FaultSpec.parse(text, vms));
      } catch (InputException e) {
        simulation.wrong(FAULTS, String.valueOf(e.getMessage()));
      }
    }
    List<Pattern> failOn = new ArrayList<>();
    for (String text : strings(simulation, FAIL_ON, "an array of regular expressions")) {
      try {
        failOn.add(Pattern.compile(text));
      } catch (PatternSyntaxException e) {
        simulation.wrong(
            FAIL_ON, "\"%s\": no regular expression: %s".formatted(text, e.getDescription()));
      }
    }
    return new SimulationSpec(faults, failOn);
  }

  private static List<String> strings(Section simulation, String key, String wanted) {
    List<String> strings = new ArrayList<>();
    TomlArray array = simulation.array(key, wanted);
    for (Object entry : array == null ? List.of() : array.toList()) {
      if (entry instanceof String text) {
        strings.add(text);
      } else {
        simulation.wrong(key, "found %s; wanted %s".formatted(Section.describe(entry), wanted));
      }
    }
    return strings;
  }
}
