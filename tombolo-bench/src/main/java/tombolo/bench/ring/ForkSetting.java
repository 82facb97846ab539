// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring;

import java.util.List;
import java.util.Locale;

/** Both ends in JVMs that are started for one measurement. */
enum ForkSetting implements Setting {
  THREADS("two threads of one process"),
  PROCESSES("two processes");

  private final String description;

  ForkSetting(String description) {
    this.description = description;
  }

  @Override
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  @Override
  public String description() {
    return description;
  }

  @Override
  public boolean takes(Contender contender, Size size) {
    return contender.takesPart(this == PROCESSES, size);
  }

  @Override
  public Measured measure(Contender contender, Size size, Effort effort)
      throws InterruptedException {
    boolean together = this == THREADS || contender == Contender.MEMCPY;
    try (Forks forks = new Forks(contender, size, effort)) {
      return forks.run(
          together ? List.of(Fork.Part.BOTH) : List.of(Fork.Part.RECEIVE, Fork.Part.SEND));
    }
  }
}
