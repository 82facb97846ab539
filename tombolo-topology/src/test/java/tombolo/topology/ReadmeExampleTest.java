// SPDX-License-Identifier: Apache-2.0

package tombolo.topology;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tombolo.ivc.Directory;
import tombolo.ivc.HostChannel;
import tombolo.ivc.HostEndpoint;
import tombolo.ivc.abi.Shape;
import tombolo.ivc.grant.Grant;
import tombolo.ivc.grant.Grants;
import tombolo.ivc.grant.Quota;
import tombolo.ivc.guest.GuestFrontEnds;
import tombolo.ivc.message.Publisher;
import tombolo.ivc.message.Subscriber;
import tombolo.machine.Vm;
import tombolo.machine.VmConfig;
import tombolo.machine.console.StreamConsole;
import tombolo.machine.host.HostServices;
import tombolo.machine.image.BootImage;
import tombolo.machine.image.ElfMachine;
import tombolo.machine.image.KernelImage;
import tombolo.ring.Waiting;
import tombolo.riscv.RiscvAccelerator;
import tombolo.testing.WorkTree;
import tombolo.topology.file.TopologyFile;
import tombolo.topology.run.RunReport;
import tombolo.topology.run.StopOutcome;
import tombolo.topology.run.TopologyRun;
import tombolo.topology.run.Watcher;

/** The Java examples of README.md: here they compile and run, and there they have these lines. */
class ReadmeExampleTest {
  private static void runs(Path file, PrintStream out) throws InterruptedException {
    // README runs: begin
    Topology topology = TopologyFile.read(file);
    Watcher watcher = Watcher.ofLines((vm, line) -> out.println(vm + " | " + line));
    try (TopologyRun run = TopologyRun.start(topology, HostServices.system(), watcher)) {
      run.vms().forEach(vm -> out.println(vm.name() + " is " + vm.vm().state()));
      RunReport report = run.awaitEnd(); // until all VMs have stopped
      for (StopOutcome vm : report.outcomes()) {
        out.println(vm.vm() + ": " + vm.reason().describe());
      }
      out.println("exit status " + report.status());
    }
    // README runs: end
  }

  private static void example(Path file, PrintStream out) throws InterruptedException {
    // README joins: begin
    HostServices host = HostServices.system();
    KernelImage kernel = KernelImage.read(file, ElfMachine.RISCV, RiscvAccelerator.RAM_BASE);
    BootImage image = new BootImage(kernel, null, ""); // no initial RAM disk, no command line
    Grants grants =
        Grants.of(
            Grant.Publish.of(1, 1, 16384, "greetings"), // 1 may publish this channel,
            Grant.Subscribe.of(2, 1, 1, true)); // and 2 may subscribe to it and write
    try (Directory directory = new Directory(grants, host);
        StreamConsole console = new StreamConsole("bob", out, host);
        Vm bob =
            Vm.create(
                VmConfig.of("bob", image, console, host).withWindow(1 << 20),
                new RiscvAccelerator())) {
      HostEndpoint java = directory.join("java", 1, Quota.DEFAULT);
      directory.join(bob, 2, Quota.NONE, GuestFrontEnds.ALL);
      HostChannel channel = java.publish("greetings", Shape.raw(16384));
      channel.memory().setString(24, "Hello from Java!");
      channel.memory().set(ValueLayout.JAVA_INT, 16, 1); // it can be read
      bob.boot();
      bob.awaitStop(Duration.ofSeconds(10));
      console.flush();
      out.println("java reads: " + channel.memory().getString(152));
    }
    // README joins: end
  }

  private static void messages(PrintStream out) throws InterruptedException {
    // README sends: begin
    Grants grants =
        Grants.of(
            Grant.Publish.of(1, 7, Publisher.channelSize(65536, 1), "prices"),
            Grant.Subscribe.of(2, 1, 7, true)); // to write where it has read to
    Duration second = Duration.ofSeconds(1);
    try (Directory directory = new Directory(grants, HostServices.system());
        HostEndpoint alice = directory.join("alice", 1, Quota.DEFAULT);
        HostEndpoint bob = directory.join("bob", 2, Quota.NONE);
        Publisher publisher = Publisher.open(alice, "prices", 65536, 1, Waiting.SPIN_THEN_BELL);
        Subscriber subscriber = Subscriber.open(bob, "prices", second)) {
      publisher.send(1, "EUR 1.0843".getBytes(UTF_8), second); // OK, or BACK_PRESSURED, PEER_GONE …
      subscriber.receive(
          (type, data, at, length) -> {
            byte[] message = data.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE);
            out.println(type + ": " + new String(message, UTF_8));
          },
          10,
          second);
    }
    // README sends: end
  }

  @Test
  void javaRunsATopologyAndWatchesIt() throws Exception {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();

    runs(WorkTree.path("examples/greeting.toml"), new PrintStream(printed, true, UTF_8));

    assertThat(printed.toString(UTF_8).lines())
        .contains(
            "alice | I read:  Yes! The tide is low, I can see you from here.",
            "bob | I read:  Hello from my island! Is anybody there?",
            "alice: the guest powered off",
            "bob: the guest powered off",
            "exit status 0")
        .anyMatch(line -> line.matches("alice is (RUNNING|STOPP(ING|ED))"));
  }

  @Test
  void aGuestAndJavaTalkThroughAChannel() throws Exception {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();

    example(WorkTree.path("guests/bin/listener.elf"), new PrintStream(printed, true, UTF_8));

    assertThat(printed.toString(UTF_8).lines())
        .hasSize(4)
        .contains(
            "I read:  Hello from Java!",
            "java reads: Yes! The tide is low, I can see you from here.");
  }

  @Test
  void javaSendsMessages() throws Exception {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();

    messages(new PrintStream(printed, true, UTF_8));

    assertThat(printed.toString(UTF_8)).isEqualTo("1: EUR 1.0843\n");
  }

  /** Also those of a program that CI runs in a guest, as docs/linux.md says. */
  @ParameterizedTest
  @CsvSource({
    "runs, tombolo-topology/src/test/java/tombolo/topology/ReadmeExampleTest.java",
    "joins, tombolo-topology/src/test/java/tombolo/topology/ReadmeExampleTest.java",
    "sends, tombolo-topology/src/test/java/tombolo/topology/ReadmeExampleTest.java",
    "guest, examples/java-in-guest/Guest.java"
  })
  void theReadmeHasTheseLines(String example, String file) throws Exception {
    String source = Files.readString(WorkTree.path(file));
    String begin = "// README " + example + ": begin\n";
    String code =
        source.substring(
            source.indexOf(begin) + begin.length(),
            source.indexOf("    // README " + example + ": end"));

    assertThat(Files.readString(WorkTree.path("README.md"))).contains("\n" + code);
  }
}
