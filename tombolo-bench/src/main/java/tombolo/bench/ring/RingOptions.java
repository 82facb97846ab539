// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tombolo.bench.ring.contender.Contender;
import tombolo.bench.ring.contender.Size;
import tombolo.bench.suite.Arguments;
import tombolo.bench.suite.UsageException;

/**
 * The options of suite {@code ring}.
 *
 * @param settings the settings to measure, in this order
 * @param sizes the sizes of messages, in this order
 * @param contenders the contenders, in this order
 * @param runs how often all contenders are started anew; at least 1
 * @param slices how many slices each contender has in a run; at least 1, rounded up until every
 *     contender has had each position equally often
 * @param quick whether everything is too short to mean anything
 */
record RingOptions(
    List<Setting> settings,
    List<Size> sizes,
    List<Contender> contenders,
    int runs,
    int slices,
    boolean quick) {
  static RingOptions parse(Arguments arguments, Path root) {
    List<Setting> all = List.of(ForkSetting.THREADS, ForkSetting.PROCESSES, new TwoGuests(root));
    boolean quick = arguments.flag("--quick");
    int runs = arguments.number("--runs", 1, quick ? 1 : 3);
    int slices = arguments.number("--slices", 1, quick ? 1 : 100);
    List<Setting> settings =
        arguments
            .value("--settings")
            .map(names -> Stream.of(names.split(",", -1)).map(name -> setting(name, all)).toList())
            .orElse(all);
    List<Size> sizes =
        arguments
            .value("--sizes")
            .map(names -> Stream.of(names.split(",", -1)).map(Size::named).toList())
            .orElse(List.of(Size.values()));
    List<Contender> contenders = contenders(arguments.pattern("--only"));
    arguments.requireNoMore();
    return new RingOptions(settings, sizes, contenders, runs, slices, quick);
  }

  private static Setting setting(String label, List<Setting> all) {
    return all.stream()
        .filter(setting -> setting.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new UsageException(
                    "no setting %s: %s"
                        .formatted(
                            label,
                            all.stream().map(Setting::label).collect(Collectors.joining(", ")))));
  }

  /** Returns the contenders in whose name the expression is found. */
  private static List<Contender> contenders(Pattern pattern) {
    List<Contender> found =
        Stream.of(Contender.values())
            .filter(contender -> pattern.matcher(contender.label()).find())
            .toList();
    if (found.isEmpty()) {
      throw new UsageException("no contender matches " + pattern);
    }
    return found;
  }
}
