// SPDX-License-Identifier: Apache-2.0
package tombolo.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import tombolo.testing.WorkTree;
import tombolo.topology.file.TopologyFile;

/** What happened in a run, in lines; repetitions are told once. */
class TimelineTest {
  private final TimelineWriter timeline =
      new TimelineWriter(
          TopologyFile.parse(
              "[vm.a]%nkernel = '%s'%n".formatted(WorkTree.path("guests/bin/hello.elf")),
              Path.of("topology")));

  private void load(long gpa, long value) {
    timeline.loaded("a/vcpu0", 0x8020_0000L, gpa, 4, value, 0);
  }

  @Test
  void namesTheFunction() {
    load(0x4000, 7);

    assertThat(timeline.timeline().lines())
        .containsExactly(
            new Timeline.Line("a/vcpu0", "_start", "loads 7 from 0x4000", false, 1, 1));
  }

  @Test
  void foldsALineThatRepeatsItself() {
    for (int i = 0; i < 5; i++) {
      load(0x4000, 7);
    }
    load(0x4000, 8);

    assertThat(timeline.timeline().lines())
        .extracting(Timeline.Line::what, Timeline.Line::times, Timeline.Line::span)
        .containsExactly(tuple("loads 7 from 0x4000", 5, 1), tuple("loads 8 from 0x4000", 1, 1));
  }

  @Test
  void foldsSeveralLinesThatRepeatThemselvesTogether() {
    for (int i = 0; i < 4; i++) {
      load(0x4000, 1);
      load(0x5000, 2);
    }

    assertThat(timeline.timeline().lines())
        .extracting(Timeline.Line::what, Timeline.Line::times, Timeline.Line::span)
        .containsExactly(tuple("loads 1 from 0x4000", 1, 1), tuple("loads 2 from 0x5000", 4, 2));
  }

  @Test
  void keepsTheEndOfALongRun() {
    for (int i = 0; i < 30_000; i++) {
      load(0x4000, i);
    }

    assertThat(timeline.timeline().lines()).hasSizeBetween(5_000, 10_000);
    assertThat(timeline.timeline().lines().getLast().what()).isEqualTo("loads 0x752f from 0x4000");
  }
}
