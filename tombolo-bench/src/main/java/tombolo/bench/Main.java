// SPDX-License-Identifier: Apache-2.0

package tombolo.bench;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import tombolo.bench.ivc.IvcSuite;
import tombolo.bench.jmh.JmhSuite;
import tombolo.bench.linux.LinuxSuite;
import tombolo.bench.linux.SiegeSuite;
import tombolo.bench.pair.Pairing;
import tombolo.bench.ring.RemoteSuite;
import tombolo.bench.ring.RingSuite;
import tombolo.bench.sim.SimSuite;
import tombolo.bench.suite.Arguments;
import tombolo.bench.suite.BenchmarkException;
import tombolo.bench.suite.Report;
import tombolo.bench.suite.UsageException;
import tombolo.bench.vcpu.MechanismSuite;
import tombolo.bench.vcpu.VcpuSuite;

/** Runs one suite of benchmarks: {@code ./tombolo-bench/run SUITE}. */
public final class Main {
  private static final String USAGE =
      """
      usage: ./tombolo-bench/run SUITE [OPTION…]
        vcpu      guest programs on Tombolo, qemu-riscv64 and qemu-system-riscv64, in turn
                  --runs N, --programs A,B, --engine NAME, --one-core, --quick, --cold,
                  --first-output N
        guests    guests that time one mechanism by their own clock: MMIO exit, trap, TLB miss
                  --runs N, --engine NAME, --quick
        ivc       channels between VMs: joining, doorbells, bandwidth
                  --runs N, --slices N, --only REGEX, --quick
        ring      messages by rings, beside Agrona, Aeron, JCTools, a socket and a pipe
                  --runs N, --slices N, --settings threads,processes,guests, --sizes 24,96,1k,64k,
                  --only REGEX, --quick
        remote    messages to another host by bridges, beside plain Aeron, in network namespaces
                  --runs N, --slices N, --sizes 96,1k, --quick
        linux     Debian's kernel, beside QEMU: boot to a shell, idle guests, bytes between guests
                  --runs N, --parts boot,idle,transfer, --mib N, --quick
        siege     doorbells of two VMs beside one that fills every bound
                  --minutes N, --harts N, --heap SIZE, --quick
        sim       simulated runs: schedules a minute, the cost of a seed and of a memory model
                  --runs N, --seconds N, --quick
        jmh       single mechanisms under JMH
                  [REGEX], --full, --quick
        pair      one of these suites, here and in another checkout, in turn
                  --against DIR, --suite SUITE, --rounds N, and the suite's own options\
      """;

  private Main() {}

  /**
   * Runs the suite that the first argument names. Exits with 2 if the arguments make no sense, and
   * with 1 if something that was to be measured did not work.
   */
  public static void main(String[] arguments) throws InterruptedException {
    System.exit(run(List.of(arguments), root(), System.out, System.err));
  }

  private static Path root() {
    return Path.of(System.getProperty("tombolo.root", ".")).toAbsolutePath().normalize();
  }

  static int run(List<String> arguments, Path root, PrintStream out, PrintStream err)
      throws InterruptedException {
    if (arguments.isEmpty() || !Collections.disjoint(arguments, List.of("-h", "--help"))) {
      (arguments.isEmpty() ? err : out).println(USAGE);
      return arguments.isEmpty() ? 2 : 0;
    }
    Arguments rest = new Arguments(arguments.subList(1, arguments.size()));
    try {
      Report report = new Report(out, err);
      switch (arguments.getFirst()) {
        case "vcpu" -> VcpuSuite.parse(rest, root, report).run();
        case "guests" -> MechanismSuite.parse(rest, root, report).run();
        case "ivc" -> IvcSuite.parse(rest, root, report).run();
        case "ring" -> RingSuite.parse(rest, root, report).run();
        case "remote" -> RemoteSuite.parse(rest, report).run();
        case "linux" -> LinuxSuite.parse(rest, root, report).run();
        case "siege" -> SiegeSuite.parse(rest, root, report).run();
        case "sim" -> SimSuite.parse(rest, root, report).run();
        case "pair" -> Pairing.parse(rest, root, report).run();
        case "jmh" -> JmhSuite.parse(rest, report).run();
        default ->
            throw new UsageException(
                "no suite %s: vcpu, guests, ivc, ring, remote, linux, siege, sim, jmh or pair"
                    .formatted(arguments.getFirst()));
      }
      report.close();
      return 0;
    } catch (UsageException e) {
      err.println("tombolo-bench: " + e.getMessage());
      return 2;
    } catch (BenchmarkException e) {
      err.println("tombolo-bench: " + e.getMessage());
      return 1;
    }
  }
}
