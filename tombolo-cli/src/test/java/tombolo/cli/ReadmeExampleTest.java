// SPDX-License-Identifier: Apache-2.0

package tombolo.cli;

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
import org.junit.jupiter.params.provider.ValueSource;
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

/** The Java example of README.md: here it compiles and runs, and there it has the same lines. */
class ReadmeExampleTest {
  private static void example(Path file, PrintStream out) throws InterruptedException {
    // README joins: begin
    KernelImage kernel = KernelImage.read(file, ElfMachine.RISCV, RiscvAccelerator.RAM_BASE);
    Grants grants =
        Grants.of(
            Grant.Publish.of(1, 1, 16384, "greetings"), // 1 may publish this channel,
            Grant.Subscribe.of(2, 1, 1, true)); // and 2 may subscribe to it and write
    try (Directory directory = new Directory(grants, HostServices.system());
        StreamConsole console = new StreamConsole("bob", out, HostServices.system());
        Vm bob = Vm.create(config(kernel, console).withWindow(1 << 20), new RiscvAccelerator())) {
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

  private static VmConfig config(KernelImage kernel, StreamConsole console) {
    return VmConfig.of("bob", new BootImage(kernel, null, ""), console, HostServices.system());
  }

  @Test
  void aGuestAndJavaTalkThroughAChannel() throws Exception {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();

    example(Path.of(Guests.guest("listener")), new PrintStream(printed, true, UTF_8));

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

  @ParameterizedTest
  @ValueSource(strings = {"joins", "sends"})
  void theReadmeHasTheseLines(String example) throws Exception {
    Path repository = Guests.repository();
    String here =
        Files.readString(
            repository.resolve("tombolo-cli/src/test/java/tombolo/cli/ReadmeExampleTest.java"));
    String begin = "// README " + example + ": begin\n";
    String code =
        here.substring(
            here.indexOf(begin) + begin.length(),
            here.indexOf("    // README " + example + ": end"));

    assertThat(Files.readString(repository.resolve("README.md"))).contains("\n" + code);
  }
}
