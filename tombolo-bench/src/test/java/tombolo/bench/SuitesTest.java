// SPDX-License-Identifier: Apache-2.0

package tombolo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tombolo.testing.RequiredTool;

/** Runs suites with tiny amounts, and checks the answers to mistakes. */
class SuitesTest {
  private static final List<String> BELLS =
      List.of(
          "guest-guest.back-to-back",
          "guest-guest.20us",
          "guest-guest.100us",
          "guest-guest.1ms",
          "guest-guest.awake-20us",
          "host-guest.20us",
          "host-guest.1ms",
          "guest-host.20us",
          "guest-host.1ms");

  private static final String FIGURE = "figure [a-z0-9.-]+ \\d+(\\.\\d+)? ns/op";

  @Test
  void everyProgramOfTheVcpuSuiteRunsOnAllWithTheSameChecksumAndEndsInFigures()
      throws InterruptedException {
    RequiredTool.require("qemu-riscv64");
    RequiredTool.require("qemu-system-riscv64");
    List<String> ratios =
        List.of(
            ".qemu-ratio",
            ".qemu-ratio.q1",
            ".qemu-ratio.q3",
            ".qemu-system-ratio",
            ".qemu-system-ratio.q1",
            ".qemu-system-ratio.q3");
    List<String> names = new ArrayList<>();
    for (String program :
        List.of(
            "coremark-like",
            "sieve",
            "crc32",
            "quicksort",
            "matrix",
            "memcopy",
            "floating-point")) {
      String name = "vcpu." + program;
      names.addAll(List.of(name, name + ".cpu"));
      ratios.forEach(ratio -> names.add(name + ratio));
    }
    names.add("vcpu.integer-median");
    ratios.forEach(ratio -> names.add("vcpu.integer-geomean" + ratio));

    Invocation run =
        Invocation.of("vcpu", "--quick", "--first-output", "0", "--engine", "interpreter");

    assertThat(run.status()).as(run.err()).isZero();
    // Four digits: no interpreter is faster than that, nor was the processor's time of one
    // measured.
    assertThat(run.figures())
        .allMatch(line -> line.matches("figure [a-z0-9.-]+ \\d{1,4}(\\.\\d+)? (MIPS|x|ms)"));
    assertThat(run.figureNames()).containsExactlyElementsOf(names);
    assertThat(run.out()).endsWith(String.join("\n", run.figures()) + "\n");
  }

  @ParameterizedTest
  @CsvSource({"--help", "-h", "ivc --help", "vcpu --quick -h"})
  void helpIsPrintedWhereverItIsAskedFor(String arguments) throws InterruptedException {
    Invocation run = Invocation.of(arguments.split(" ", -1));

    assertThat(run.status()).isZero();
    assertThat(run.out()).startsWith("usage: ");
    assertThat(run.err()).isEmpty();
  }

  @Test
  void guestsThatTimeOneMechanismEndInFigures() throws InterruptedException {
    Invocation run = Invocation.of("guests", "--quick");

    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.figures()).allMatch(line -> line.matches(FIGURE));
    assertThat(run.figureNames())
        .containsExactly("guest.mmio-loop", "guest.trap-loop", "guest.tlb-miss");
  }

  @Test
  void everyJmhBenchmarkRunsAndEndsInAFigure() throws InterruptedException {
    Invocation run = Invocation.of("jmh", "--quick");

    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.figures()).allMatch(line -> line.matches(FIGURE));
    assertThat(run.figureNames())
        .containsExactlyInAnyOrder(
            "jmh.translate.1",
            "jmh.translate.1000",
            "jmh.translate.100000",
            "jmh.map-unmap.1",
            "jmh.map-unmap.1000",
            "jmh.map-unmap.100000",
            "jmh.mmio-load",
            "jmh.mmio-store",
            "jmh.trap",
            "jmh.load-tlb-hit",
            "jmh.load-tlb-miss",
            "jmh.read-long",
            "jmh.set-release-long",
            "jmh.read-record",
            "jmh.read-page");
  }

  @Test
  void everyPartOfTheChannelsSuiteRunsAndEndsInFigures() throws InterruptedException {
    List<String> names = new ArrayList<>();
    for (String way : List.of("fresh", "fragmented", "churn")) {
      names.add("ivc.allocation." + way);
    }
    for (String by : List.of("idle", "spin-word", "guest")) {
      for (String what : List.of("publish", "subscribe", "unsubscribe", "unpublish")) {
        names.add("ivc.join." + by + "." + what);
      }
    }
    for (String beside : List.of("alone", "beside")) {
      for (String what : List.of("publish", "snapshot")) {
        names.add("ivc.contended.%s.%s.p50".formatted(what, beside));
        names.add("ivc.contended.%s.%s.p99".formatted(what, beside));
      }
    }
    List<String> peers = List.of("unix-socket", "pipe");
    for (String bell : BELLS) {
      names.add("ivc.doorbell." + bell + ".p50");
    }
    names.add("ivc.doorbell.round-trips");
    for (String peer : peers) {
      names.add("ivc.host." + peer + ".round-trips");
      names.add("ivc.host." + peer + ".round-trip.p50");
      for (String what : List.of("", ".q1", ".q3")) {
        names.add("ivc.doorbell.round-trips.vs-" + peer + what);
      }
    }
    for (String bell : BELLS) {
      names.add("ivc.doorbell." + bell + ".p99");
    }
    for (String peer : peers) {
      names.add("ivc.host." + peer + ".round-trip.p99");
    }
    names.add("ivc.doorbell.round-trip.p50");
    names.add("ivc.doorbell.round-trip.p99");
    names.add("ivc.doorbell.flood.rings");
    names.add("ivc.doorbell.flood.interrupts");
    names.add("ivc.bandwidth.memcpy");
    for (String way : List.of("guest-guest", "guest-host", "host-guest", "copy-to", "copy-from")) {
      names.add("ivc.bandwidth." + way);
      names.add("ivc.bandwidth." + way + ".memcpy-ratio");
    }

    Invocation run = Invocation.of("ivc", "--quick");

    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.figures())
        .allMatch(line -> line.matches("figure [a-z0-9.-]+ \\d+(\\.\\d+)? (ns/op|us|1/s|MiB/s|x)"));
    assertThat(run.figureNames()).containsExactlyElementsOf(names);
  }

  @Test
  void ringsAreMeasuredBetweenThreadsProcessesAndGuests() throws InterruptedException {
    List<String> names = new ArrayList<>();
    for (String setting : List.of("threads", "processes")) {
      String prefix = "ring." + setting + ".24.";
      for (String contender : List.of("tombolo", "agrona-one-to-one")) {
        for (String what : List.of("", ".calm", ".p50", ".p99", ".p99.9")) {
          names.add(prefix + contender + what);
        }
      }
      names.add(prefix + "slices");
      for (String what :
          List.of(
              "vs-agrona-one-to-one",
              "p50-vs-agrona-one-to-one",
              "vs-best-of-agrona-aeron",
              "p50-vs-best-of-agrona-aeron")) {
        names.addAll(List.of(prefix + what, prefix + what + ".q1", prefix + what + ".q3"));
      }
    }
    for (String what : List.of("", ".calm", ".p50", ".p99", ".p99.9")) {
      names.add("ring.guests.24.tombolo" + what);
    }

    Invocation run =
        Invocation.of("ring", "--quick", "--sizes", "24", "--only", "^tombolo$|one-to-one");

    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.figures())
        .allMatch(
            line -> line.matches("figure [a-z0-9.-]+ \\d+(\\.\\d+)? (1/s|ns|x|slices|percent)"));
    assertThat(run.figureNames()).containsExactlyElementsOf(names);
  }

  @Test
  void largeMessagesAreComparedWithACopy() throws InterruptedException {
    Invocation run =
        Invocation.of(
            "ring", "--quick", "--settings", "threads", "--sizes", "64k", "--only", "claim|memcpy");

    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.figureNames())
        .containsExactly(
            "ring.threads.64k.tombolo-claim",
            "ring.threads.64k.tombolo-claim.calm",
            "ring.threads.64k.tombolo-claim.p50",
            "ring.threads.64k.tombolo-claim.p99",
            "ring.threads.64k.tombolo-claim.p99.9",
            "ring.threads.64k.memcpy",
            "ring.threads.64k.memcpy.calm",
            "ring.threads.64k.claim-slices",
            "ring.threads.64k.claim-vs-memcpy",
            "ring.threads.64k.claim-vs-memcpy.q1",
            "ring.threads.64k.claim-vs-memcpy.q3");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          cpu                       | no suite cpu: vcpu, guests, ivc, ring, remote, linux, siege, sim, jmh or pair
          vcpu --runs 0             | --runs 0: a whole number from 1
          vcpu --runs many          | --runs many: a whole number from 1
          vcpu --runs               | --runs needs a value
          vcpu --fast               | no such option: --fast
          vcpu --engine translater  | no engine translater: translator, interpreter
          vcpu --programs sieve,doom| no program doom: coremark-like, sieve, crc32, quicksort, matrix, memcopy, floating-point
          ivc --runs 0              | --runs 0: a whole number from 1
          ivc ping                  | no such option: ping
          ivc --only ping           | no part matches ping
          ring --sizes 24,32        | no size 32: 24, 96, 1k, 64k
          ring --settings carriers  | no setting carriers: threads, processes, guests
          ring --slices 0           | --slices 0: a whole number from 1
          ring --only carrier       | no contender matches carrier
          ring --only (             | (: no regular expression: Unclosed group
          guests sieve              | no such option: sieve
          linux --parts sleep       | no part sleep: boot, idle, transfer
          linux --mib 0             | --mib 0: a whole number from 1
          siege --harts 0           | --harts 0: a whole number from 1
          pair --suite vcpu         | --against DIR is missing
          pair --against ..         | --suite SUITE is missing
          pair --against .. --suite pair | suite pair cannot be paired: vcpu, guests, ivc, ring, linux, jmh
          pair --against .. --suite vcpu --rounds 0 | --rounds 0: a whole number from 1
          jmh nothing-like-this     | no benchmark matches nothing-like-this
          jmh *                     | *: no regular expression: Dangling meta character '*'
          """)
  void mistakesGetOneLineAndStatus2(String commandLine, String message)
      throws InterruptedException {
    Invocation run = Invocation.of(commandLine.split(" ", -1));

    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).isEqualTo("tombolo-bench: " + message + "\n");
    assertThat(run.figures()).isEmpty();
  }
}
