// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring;

import java.util.EnumMap;
import java.util.Map;
import tombolo.bench.ring.contender.Contender;
import tombolo.bench.ring.contender.Size;

/** What was measured in one setting with messages of one size: a row for each contender. */
record ResultTable(Setting setting, Size size, Map<Contender, Row> rows) {
  ResultTable(Setting setting, Size size) {
    this(setting, size, new EnumMap<>(Contender.class));
  }

  /** Returns the beginning of all figures' names. */
  String name() {
    return setting.prefix() + "." + size.label();
  }

  /** Returns a contender's row, which is made when it is asked for first. */
  Row row(Contender contender) {
    return rows.computeIfAbsent(contender, _ -> new Row());
  }
}
