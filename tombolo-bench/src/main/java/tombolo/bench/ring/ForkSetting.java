// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring;

import java.util.List;
import java.util.Locale;
import tombolo.bench.ring.contender.Contender;
import tombolo.bench.ring.contender.Size;
import tombolo.bench.ring.fork.Effort;
import tombolo.bench.ring.fork.Fork;
import tombolo.bench.ring.fork.Forks;
import tombolo.bench.suite.Report;

/** Both ends on this host, in JVMs that have one contender in them. */
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
  public void measure(
      List<Contender> contenders,
      Size size,
      Effort effort,
      int slices,
      ResultTable results,
      Report report)
      throws InterruptedException {
    ForkTurns.measure(
        contenders,
        contender -> new Forks(contender, size, effort).start(parts(contender)),
        effort,
        slices,
        results,
        report);
  }

  private List<Fork.Part> parts(Contender contender) {
    return this == THREADS || contender == Contender.MEMCPY
        ? List.of(Fork.Part.BOTH)
        : List.of(Fork.Part.RECEIVE, Fork.Part.SEND);
  }
}
