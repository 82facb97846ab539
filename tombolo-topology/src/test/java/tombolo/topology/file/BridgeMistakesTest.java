// SPDX-License-Identifier: Apache-2.0

package tombolo.topology.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tombolo.ivc.abi.ChannelId;
import tombolo.ivc.grant.Grants;
import tombolo.topology.BridgeSpec;
import tombolo.topology.ChannelSpec;
import tombolo.topology.HostSpec;
import tombolo.topology.RemoteSpec;
import tombolo.topology.SocketAddressSpec;
import tombolo.topology.Topology;

/** Other hosts and bridges of a topology file: what they mean, and what can be wrong with them. */
class BridgeMistakesTest {
  private static final String HEAD =
      """
      [vm.alice]
      kernel = "k.elf"
      [vm.bob]
      kernel = "k.elf"
      [host]
      name = "east"
      address = "10.0.0.1:40456"
      [remote.west]
      address = "10.0.0.2:40456"
      [remote.south]
      address = "south.example:40456"
      """;

  @TempDir private Path directory;
  private TopologyFixture files;

  @BeforeEach
  void makeFiles() {
    files = new TopologyFixture(directory);
  }

  @Test
  void aChannelGoesToOtherHostsAndComesFromOne() throws Exception {
    Topology topology =
        files.read(
            HEAD
                + """
                [channel.out]
                publisher = "alice"
                subscribers = ["bob"]
                key = 1
                size = "16 KiB"
                bridge = { to = ["west", "south"], multicast = "224.20.30.39:40457" }
                [channel.in]
                subscribers = ["bob"]
                key = 2
                size = "16 KiB"
                bridge = { from = "west", lossy = true }
                """);

    assertThat(topology.host())
        .isEqualTo(
            new HostSpec(
                "east", 5, new SocketAddressSpec("10.0.0.1", 40_456), null, null, 1408, null));
    assertThat(topology.remotes())
        .containsExactly(
            new RemoteSpec("west", 8, new SocketAddressSpec("10.0.0.2", 40_456), false),
            new RemoteSpec("south", 10, new SocketAddressSpec("south.example", 40_456), false));
    ChannelSpec out = topology.channels().get(0);
    assertThat(out.bridge())
        .isEqualTo(
            new BridgeSpec.To(
                List.of("west", "south"), new SocketAddressSpec("224.20.30.39", 40_457)));
    assertThat(out.layout()).isEqualTo(ChannelSpec.Layout.SECTIONED);
    assertThat(out.sections()).as("bob's and the bridge's").isEqualTo(2);
    ChannelSpec in = topology.channels().get(1);
    assertThat(in.bridge()).isEqualTo(new BridgeSpec.From("west", true, null));
    assertThat(in.publisher()).isEqualTo("west");
    assertThat(in.sections()).isOne();
  }

  @Test
  void aBridgeIsAMemberOfItsChannelAlone() throws Exception {
    Topology topology =
        files.read(
            HEAD
                + """
                [channel.local]
                publisher = "alice"
                subscribers = ["bob"]
                key = 1
                size = "16 KiB"
                [channel.out]
                publisher = "alice"
                key = 2
                size = "16 KiB"
                bridge = { to = "west" }
                [channel.in]
                subscribers = ["bob"]
                key = 3
                size = "16 KiB"
                bridge = { from = "west" }
                """);

    Grants grants = topology.grants();
    int alice = topology.vm("alice").id();
    int out = BridgeSpec.idAt(1);
    int in = BridgeSpec.idAt(2);
    assertThat(grants.toSubscribe(out, new ChannelId(alice, 2))).isNotNull();
    assertThat(grants.toSubscribe(out, new ChannelId(alice, 1))).isNull();
    assertThat(grants.toPublish(out, 2)).isNull();
    assertThat(grants.toPublish(in, 3)).isNotNull();
    assertThat(grants.toPublish(in, 2)).isNull();
    assertThat(grants.toSubscribe(in, new ChannelId(alice, 2))).isNull();
    assertThat(grants.named("in")).isEqualTo(new ChannelId(in, 3));
  }

  @Test
  void aHostWithAResolverFindsOthersByName() throws Exception {
    Topology topology =
        files.read(
            """
            [vm.alice]
            kernel = "k.elf"
            [host]
            name = "east"
            address = "0.0.0.0:40456"
            resolver = "10.0.0.1:40457"
            neighbors = ["10.0.0.2:40457"]
            interface = "10.0.0.0/24"
            mtu = 8192
            [remote.west]
            port = 40456
            """);

    HostSpec host = Objects.requireNonNull(topology.host());
    assertThat(host.resolver())
        .isEqualTo(
            new HostSpec.Resolver(new SocketAddressSpec("10.0.0.1", 40_457), "10.0.0.2:40457"));
    assertThat(host.networkInterface()).isEqualTo("10.0.0.0/24");
    assertThat(host.mtu()).isEqualTo(8192);
    assertThat(topology.remotes())
        .containsExactly(new RemoteSpec("west", 10, new SocketAddressSpec("west", 40_456), true));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "bridge = 1 | bridge: found the number 1; wanted a table like { to = \"west\" }, or { from"
            + " = \"east\" } on the other host",
        "bridge = {} | bridge: goes nowhere; wanted a table like { to = \"west\" }, or { from ="
            + " \"east\" } on the other host",
        "bridge = { to = \"west\", from = \"west\" } | bridge: a channel goes to other hosts or"
            + " comes from one; remove to or from",
        "bridge = { to = \"wets\" } | bridge.to: no remote \"wets\" in this file; did you mean"
            + " west?",
        "bridge = { to = \"mars\" } | bridge.to: no remote \"mars\" in this file; add a table"
            + " [remote.mars]",
        "bridge = { to = [] } | bridge.to: no host; write the name of a remote",
        "bridge = { to = [1] } | bridge.to: found the number 1; wanted the name of a remote",
        "bridge = { to = [\"west\", \"west\"] } | bridge.to: \"west\" is listed twice; remove one",
        "bridge = { to = \"west\", lossy = true } | bridge.lossy: each receiving host says so in"
            + " its own file; remove this",
        "bridge = { to = \"west\", multicast = \"224.1.1.1\" } | bridge.multicast: '224.1.1.1': not"
            + " an address with a port; write it like 10.0.0.2:40456",
        "bridge = { to = \"west\", speed = 9 } | bridge.speed: no such key; a bridge has to, from,"
            + " lossy, multicast",
        "bridge = { from = \"west\" } | publisher: the channel comes from west, whose VM publishes"
            + " it; remove this",
      })
  void aBridgeThatIsWrongIsOneLine(String bridge, String mistake) throws Exception {
    List<String> mistakes =
        files.mistakes(
            HEAD
                + """
                [channel.c]
                publisher = "alice"
                subscribers = ["bob"]
                key = 1
                size = "16 KiB"
                """
                + bridge
                + "\n");

    assertThat(mistakes).singleElement().asString().endsWith("channel.c." + mistake);
  }

  @Test
  void aBridgeCarriesTheMessagesOfARing() throws Exception {
    assertThat(
            files.mistakes(
                HEAD
                    + """
                    [channel.c]
                    publisher = "alice"
                    key = 1
                    size = "16 KiB"
                    layout = "raw"
                    bridge = { to = "west" }
                    """))
        .containsExactly(
            "16: channel.c.layout: a bridge carries the messages of a ring; set \"sectioned\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "name = \"a b\" | name = \"east\" | host.name: \"a b\": not a valid name; use 1 to 32 of"
            + " a-z A-Z 0-9 - _",
        "address = \"10.0.0.1\" | address = \"10.0.0.1:40456\" | host.address: '10.0.0.1': not an"
            + " address with a port; write it like 10.0.0.2:40456",
        "address = \"10.0.0.1:99999\" | address = \"10.0.0.1:40456\" | host.address:"
            + " '10.0.0.1:99999': no port 99999; use 1 to 65535",
        "address = \"ipc\" | address = \"10.0.0.1:40456\" | host.address: \"ipc\" joins processes"
            + " that use one media driver; add aeron = \"DIRECTORY\"",
        "name = \"west\" | name = \"east\" | remote.west: the name of this host, line 5; a remote"
            + " is another one",
      })
  void aHostThatIsWrongIsOneLine(String line, String replaced, String mistake) throws Exception {
    assertThat(files.mistakes(HEAD.replace(replaced, line)))
        .singleElement()
        .asString()
        .endsWith(mistake);
  }

  @Test
  void theLongestDatagramIsOneThatAeronSends() throws Exception {
    String name = "name = \"east\"";
    assertThat(files.mistakes(HEAD.replace(name, name + "\nmtu = 1500")))
        .containsExactly("7: host.mtu: 1500: not a multiple of 32");
    assertThat(files.mistakes(HEAD.replace(name, name + "\nmtu = 64")))
        .containsExactly("7: host.mtu: found the number 64; wanted a whole number, 1408 to 65504");
  }

  @Test
  void otherHostsNeedThisOne() throws Exception {
    assertThat(
            files.mistakes(
                TopologyFixture.TWO_VMS
                    + """
                    [remote.west]
                    address = "10.0.0.2:40456"
                    """))
        .containsExactly(
            "5: remote: other hosts must know this one; add a table [host] with name and address");
  }
}
