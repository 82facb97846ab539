// SPDX-License-Identifier: Apache-2.0

package tombolo.topology.file;

import static org.assertj.core.api.Assertions.assertThat;
import static tombolo.topology.file.TopologyFixture.TWO_VMS;
import static tombolo.topology.file.TopologyFixture.channel;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tombolo.topology.ChannelSpec;

/** What can be wrong with a channel of a topology, and with what it has in common with others. */
class ChannelMistakesTest {
  @TempDir private Path directory;
  private TopologyFixture files;

  @BeforeEach
  void makeFiles() {
    files = new TopologyFixture(directory);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "publisher = 'alise'   | 6  | publisher: no VM \"alise\" in this file; did you mean alice?",
        "publisher = 'zoe'     | 6  | publisher: no VM \"zoe\" in this file; there is alice, bob",
        "publisher = ['alice'] | 6  | publisher: found an array; wanted the name of a VM, as a"
            + " string",
        "publisher = 'bob'     | 7  | subscribers: \"bob\" is the publisher, which has the channel"
            + " already; remove it here",
        "subscribers = 'bob'   | 7  | subscribers: found the string \"bob\"; wanted an array of"
            + " names of VMs, or of tables like { vm = \"bob\", access = \"read\" }",
        "subscribers = ['bbo'] | 7  | subscribers: no VM \"bbo\" in this file; did you mean bob?",
        "subscribers = ['bob', {vm = 'bob'}] | 7 | subscribers: \"bob\" is listed twice; remove"
            + " one",
        "subscribers = [1]     | 7  | subscribers: found the number 1; wanted the name of a VM, or"
            + " a table like { vm = \"bob\" }",
        "subscribers = [{}]    | 7  | subscribers.vm: missing; add a line like vm = \"bob\"",
        "subscribers = [{vm = 'bob', acess = 'read'}] | 7 | subscribers.acess: no such key;"
            + " did you mean access?",
        "subscribers = [{vm = 'bob', access = 'write'}] | 7 | subscribers.access: found the string"
            + " \"write\"; wanted \"read\" or \"read-write\"",
        "key = -1              | 8  | key: found the number -1; wanted a whole number, 0 to"
            + " 0x7fffffffffffffff",
        "key = '1'             | 8  | key: found the string \"1\"; wanted a whole number, 0 to"
            + " 0x7fffffffffffffff",
        "size = 0              | 9  | size: '0': out of range; use 1 byte to 1 TiB",
        "size = -4096          | 9  | size: '-4096': out of range; use 1 byte to 1 TiB",
        "size = '-4096'        | 9  | size: '-4096': out of range; use 1 byte to 1 TiB",
        "size = '3 TiB'        | 9  | size: '3 TiB': out of range; use 1 byte to 1 TiB",
        "size = '9999 TiB'     | 9  | size: '9999 TiB': too large for any host",
        "size = '12 parsecs'   | 9  | size: '12 parsecs': not a size; write it like 64MiB, 1GiB or"
            + " 65536K",
        "size = true           | 9  | size: found true; wanted a size like \"64 MiB\"",
        "access = 'raed'       | 10 | access: found the string \"raed\"; wanted \"read\" or"
            + " \"read-write\"; did you mean read?",
        "layout = 'cooked'     | 10 | layout: found the string \"cooked\"; wanted \"raw\" or"
            + " \"sectioned\"",
        "sections = 1          | 10 | sections: only for layout = \"sectioned\"; set that, or"
            + " remove this",
        "section-size = 1      | 10 | section-size: only for layout = \"sectioned\"; set that, or"
            + " remove this",
        "doorbell = 1          | 10 | doorbell: found the number 1; wanted true or false",
        "doorbell-rate = 0     | 10 | doorbell-rate: found the number 0; wanted a whole number, 1"
            + " to 100000000",
        "layuot = 'raw'        | 10 | layuot: no such key; did you mean layout?",
      })
  void aValueThatNoChannelCanHave(String line, int number, String message) throws IOException {
    assertThat(files.mistakes(channel(line)))
        .containsExactly("%d: channel.c.%s".formatted(number, message));
  }

  @ParameterizedTest
  @CsvSource({
    "sections, 65, 'found the number 65; wanted a whole number, 0 to 64'",
    "section-size, 0, \"'0': out of range; use 1 byte to 1 TiB\""
  })
  void aSectionThatNoChannelCanHave(String key, int value, String message) throws IOException {
    assertThat(files.mistakes(channel("layout = 'sectioned'", key + " = " + value)))
        .containsExactly("11: channel.c.%s: %s".formatted(key, message.replace("\"", "")));
  }

  @Test
  void moreSubscribersThatWriteThanSections() throws IOException {
    String vms =
        IntStream.range(0, 65)
            .mapToObj("[vm.v%d]\nkernel = 'k.elf'\n"::formatted)
            .collect(Collectors.joining());
    String names =
        IntStream.range(0, 65).mapToObj("'v%d'"::formatted).collect(Collectors.joining(", "));
    String toml = channel("subscribers = [" + names + "]", "layout = 'sectioned'") + vms;

    assertThat(files.mistakes(toml))
        .containsExactly(
            "5: channel.c.sections: 65 subscribers may write, and there are at most 64 sections;"
                + " give sections, or let some only read");
    assertThat(files.read(toml.replace("'sectioned'", "'sectioned'\nsections = 3")).channels())
        .singleElement()
        .extracting(ChannelSpec::sections)
        .isEqualTo(3);
  }

  @Test
  void nothingButAHeading() throws IOException {
    assertThat(files.mistakes(TWO_VMS + "[channel.c]\n"))
        .containsExactly(
            "5: channel.c.publisher: missing; add a line like publisher = \"alice\"",
            "5: channel.c.subscribers: missing; add a line like subscribers = [\"bob\"]",
            "5: channel.c.key: missing; add a line like key = 0x1",
            "5: channel.c.size: missing; add a line like size = \"16 KiB\"");
  }

  @Test
  void aNameThatNoChannelCanHave() throws IOException {
    assertThat(files.mistakes(channel().replace("channel.c", "channel.'a b'")))
        .containsExactly(
            "5: channel.\"a b\": not a valid channel name; use 1 to 64 of a-z A-Z 0-9 - _ .");
    assertThat(files.read(channel().replace("channel.c", "channel.'a.b'")).channels())
        .extracting(ChannelSpec::name)
        .containsExactly("a.b");
  }

  @Test
  void aNameWithADotThatIsNotInQuotes() throws IOException {
    assertThat(files.mistakes(channel().replace("channel.c", "channel.a.b")))
        .containsExactly(
            "5: channel.a.b: a table within a channel; put a name with a dot in quotes:"
                + " [channel.\"a.b\"]");
  }

  @Test
  void aSubscriberOnALaterLine() throws IOException {
    assertThat(files.mistakes(channel("subscribers = [ # who\n\n  'bob', # he\n  'zed'\n]")))
        .containsExactly(
            "10: channel.c.subscribers: no VM \"zed\" in this file; there is alice, bob");
  }

  @Test
  void aKeyThatIsTakenAlsoByAnotherPublisher() throws IOException {
    String other =
        """
        [channel.d]
        publisher = "bob"
        subscribers = []
        key = 0x1
        size = 1
        """;
    assertThat(files.mistakes(channel() + other))
        .containsExactly(
            "13: channel.d.key: 0x1 is also the key of channel.c, line 8; choose another");
  }

  private static String small(String more) {
    return channel("size = '64 KiB'").replace("[vm.bob]", "[vm.bob]\n" + more);
  }

  @Test
  void aWindowTooSmallForOneChannel() throws IOException {
    assertThat(files.mistakes(small("window = '64 KiB'")))
        .containsExactly(
            "4: vm.bob.window: window too small: it has 64 KiB, and the mailbox page and 1 channel"
                + " need at least 68 KiB (channel.c takes 64 KiB); set vm.bob.window to"
                + " \"128 KiB\"");
    assertThat(files.read(small("window = '128 KiB'")).channels()).hasSize(1);
  }

  @Test
  void aWindowTooSmallForAllChannelsTogether() throws IOException {
    String more = "[channel.d]\npublisher='bob'\nsubscribers=[]\nkey=2\nsize='60 KiB'\n";
    assertThat(
            files.mistakes(
                small("window = '64 KiB'")
                        .replace("64 KiB'\n[", "60 KiB'\n[")
                        .replace("size = '64 KiB'", "size = '60 KiB'")
                    + more))
        .containsExactly(
            "4: vm.bob.window: window too small: it has 64 KiB, and the mailbox page and 2 channels"
                + " need at least 124 KiB (channel.c takes 60 KiB); set vm.bob.window to"
                + " \"128 KiB\"");
  }

  @Test
  void aWindowExactlyLargeEnough() throws IOException {
    String toml = small("window = '64 KiB'").replace("size = '64 KiB'", "size = 61440");
    assertThat(files.read(toml).channels().getFirst().bytes()).isEqualTo(15 * 4096);
    assertThat(files.mistakes(toml.replace("61440", "61441"))).hasSize(1);
  }

  @Test
  void aSectionedChannelTakesItsHeaderAndAllSections() throws IOException {
    String layout = "layout = 'sectioned'\nsection-size = 4097\nsections = 6\n";
    String toml = small("window = '64 KiB'").replace("size = '64 KiB'", "size = '4 KiB'") + layout;
    assertThat(files.read(toml).channels().getFirst().bytes()).isEqualTo((1 + 1 + 12) * 4096);
    assertThat(files.mistakes(toml.replace("= 6", "= 7")))
        .containsExactly(
            "4: vm.bob.window: window too small: it has 64 KiB, and the mailbox page and 1 channel"
                + " need at least 68 KiB (channel.c takes 64 KiB); set vm.bob.window to"
                + " \"128 KiB\"");
  }

  @Test
  void aChannelThatFitsIntoNoWindow() throws IOException {
    assertThat(files.mistakes(channel("subscribers = []", "size = '8 GiB'")))
        .containsExactly(
            "1: vm.alice.window: window too small: it has 64 MiB, and the mailbox page and 1"
                + " channel need at least 8388612 KiB (channel.c takes 8 GiB); no window is larger"
                + " than 8 GiB, so make channels smaller");
  }

  @Test
  void quotasTooSmallForWhatIsPublished() throws IOException {
    assertThat(
            files.mistakes(
                channel().replace("[vm.bob]", "channels = 0\nchannel-bytes = '12 KiB'\n[vm.bob]")))
        .containsExactly(
            "3: vm.alice.channels: quota too small: the VM publishes 1 channel, and may publish 0;"
                + " set vm.alice.channels to 1",
            "4: vm.alice.channel-bytes: quota too small: the VM publishes 16 KiB, and may publish"
                + " 12 KiB; set vm.alice.channel-bytes to \"16 KiB\"");
  }
}
