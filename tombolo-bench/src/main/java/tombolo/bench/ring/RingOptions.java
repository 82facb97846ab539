// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tombolo.bench.Arguments;
import tombolo.bench.UsageException;

/**
 * What the suite {@code ring} shall do.
 *
 * @param settings in this order
 * @param sizes in this order
 * @param contenders in this order
 * @param rounds how often each is measured, after one round that is not counted; at least 1
 * @param quick whether everything is too short to mean anything
 */
record RingOptions(
    List<Setting> settings,
    List<Size> sizes,
    List<Contender> contenders,
    int rounds,
    boolean quick) {
  static RingOptions parse(Arguments arguments, Path root) {
    List<Setting> all = List.of(ForkSetting.THREADS, ForkSetting.PROCESSES, new TwoGuests(root));
    boolean quick = arguments.flag("--quick");
    int rounds = arguments.number("--runs", 1, quick ? 1 : 7);
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
    List<Contender> contenders = contenders(arguments.value("--only").orElse(""));
    arguments.requireNoMore();
    return new RingOptions(settings, sizes, contenders, rounds, quick);
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

  /** Those in whose name the expression is found. */
  private static List<Contender> contenders(String regex) {
    Pattern pattern;
    try {
      pattern = Pattern.compile(regex.toLowerCase(Locale.ROOT));
    } catch (PatternSyntaxException e) {
      throw new UsageException(
          "%s: no regular expression: %s".formatted(regex, e.getDescription()));
    }
    List<Contender> found =
        Stream.of(Contender.values())
            .filter(contender -> pattern.matcher(contender.label()).find())
            .toList();
    if (found.isEmpty()) {
      throw new UsageException("no contender matches " + regex);
    }
    return found;
  }
}
