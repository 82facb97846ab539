// SPDX-License-Identifier: Apache-2.0

package tombolo.topology.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tombolo.machine.net.MacAddress;
import tombolo.topology.NetworkSpec;
import tombolo.topology.NicSpec;
import tombolo.topology.PortForward;
import tombolo.topology.Topology;

/** Networks of a topology file: what they mean, and what can be wrong with them. */
class NetworkMistakesTest {
  private static final String HEAD =
      """
      [network.lab]
      [network.internet]
      outside = true
      [vm.bob]
      kernel = "k.elf"
      [vm.alice]
      kernel = "k.elf"
      """;

  @TempDir private Path directory;
  private TopologyFixture files;

  @BeforeEach
  void makeFiles() {
    files = new TopologyFixture(directory);
  }

  @Test
  void aVmGetsACardForEachOfItsNetworks() throws Exception {
    Topology topology =
        files.read(
            HEAD
                + "networks = [\"lab\", { name = \"internet\", mac = \"02:00:00:00:00:0a\","
                + " forwards = [\"2222:22\", \"0.0.0.0:53:5353/udp\", \"[::1]:80:8080/tcp\"] }]\n");

    assertThat(topology.networks())
        .containsExactly(
            new NetworkSpec("lab", 1, 1, false, false),
            new NetworkSpec("internet", 2, 2, true, false));
    assertThat(topology.vm("bob").virtio().nics()).isEmpty();
    assertThat(topology.vm("alice").virtio().nics())
        .containsExactly(
            new NicSpec("lab", MacAddress.parse("02:54:4d:01:00:02"), List.of()),
            new NicSpec(
                "internet",
                new MacAddress(0x02_0000_0000_0aL),
                List.of(
                    new PortForward(false, "127.0.0.1", 2222, 22),
                    new PortForward(true, "0.0.0.0", 53, 5353),
                    new PortForward(false, "::1", 80, 8080))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'lab' | networks: found the string \"lab\"; wanted an array of names of networks, or of"
            + " tables like { name = \"lab\", mac = \"02:00:00:00:00:01\" }",
        "[1] | networks: found the number 1; wanted an array of names of networks, or of tables"
            + " like { name = \"lab\", mac = \"02:00:00:00:00:01\" }",
        "['lap'] | networks: no network \"lap\" in this file; did you mean lab?",
        "['wan'] | networks: no network \"wan\" in this file; add a table [network.wan]",
        "['lab', 'lab'] | networks: \"lab\" is listed twice; remove one",
        "[{ name = 'lab', speed = 1 }] | networks.speed: no such key; an entry of networks has"
            + " name, mac, forwards",
        "[{ mac = '02:00:00:00:00:01' }] | networks.name: missing; add a line like name = \"lab\"",
        "[{ name = 'lab', mac = '2:0:0:0:0:1' }] | networks.mac: \"2:0:0:0:0:1\": not six octets"
            + " like 02:00:00:00:00:01",
        "[{ name = 'lab', mac = '01:00:00:00:00:01' }] | networks.mac: \"01:00:00:00:00:01\": an"
            + " address of a group, or of nobody; the first octet has to be even",
        "[{ name = 'lab', forwards = ['1:2'] }] | networks.forwards: network.lab is not an outside"
            + " network; set outside = true there, or remove this",
        "[{ name = 'internet', forwards = '1:2' }] | networks.forwards: found the string \"1:2\";"
            + " wanted an array of port forwards: [\"2222:22\", \"0.0.0.0:8080:80\"]",
        "[{ name = 'internet', forwards = ['22'] }] | networks.forwards: '22': not a port forward;"
            + " write it like 2222:22, 53:53/udp or 0.0.0.0:8080:80",
        "[{ name = 'internet', forwards = ['0:22'] }] | networks.forwards: '0:22': no port 0; use 1"
            + " to 65535",
        "[{ name = 'internet', forwards = ['9:70000'] }] | networks.forwards: '9:70000': no port"
            + " 70000; use 1 to 65535",
      })
  void aWrongEntryIsReported(String value, String mistake) throws Exception {
    assertThat(files.mistakes(HEAD + "networks = " + value.replace('\'', '"') + "\n"))
        .containsExactly("8: vm.alice." + mistake);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[network.a.b]\\nx = 1 | network.a.b: no such key; a network has outside, loopback",
        "[network.a]\\noutsid = true | network.a.outsid: no such key; did you mean outside?",
        "[network.a]\\noutside = 1 | network.a.outside: found the number 1; wanted true or false",
        "[network.a]\\nloopback = true | network.a.loopback: only for outside = true; set that, or"
            + " remove this",
        "[network.\"a.b\"] | network.\"a.b\": not a valid network name; use 1 to 32 of a-z A-Z 0-9"
            + " - _",
      })
  void aWrongNetworkIsReported(String table, String mistake) throws Exception {
    assertThat(files.mistakes(TopologyFixture.TWO_VMS + table.replace("\\n", "\n") + "\n"))
        .singleElement()
        .asString()
        .endsWith(mistake);
  }

  @Test
  void aVmHasOneWayOutside() throws Exception {
    assertThat(
            files.mistakes(
                HEAD + "networks = [\"internet\", \"more\"]\n[network.more]\noutside = true\n"))
        .containsExactly(
            "8: vm.alice.networks: a second outside network; a VM can have one, so remove this");
  }

  @Test
  void noTwoCardsOfANetworkHaveTheSameAddress() throws Exception {
    String same = "networks = [{ name = \"lab\", mac = \"02:54:4d:01:00:02\" }]\n";
    assertThat(
            files.mistakes(
                "[network.lab]\n[vm.bob]\nkernel = \"k.elf\"\n"
                    + same
                    + "[vm.alice]\nkernel = \"k.elf\"\nnetworks = [\"lab\"]\n"))
        .containsExactly(
            "7: vm.alice.networks: 02:54:4d:01:00:02 is also the address of vm.bob in lab, line 4;"
                + " choose another");
  }

  @Test
  void noPortOfTheHostLeadsToTwoVms() throws Exception {
    String out = "networks = [{ name = \"internet\", forwards = [\"2222:22\"] }]\n";
    assertThat(
            files.mistakes(
                "[network.internet]\noutside = true\n[vm.bob]\nkernel = \"k.elf\"\n"
                    + out
                    + "[vm.alice]\nkernel = \"k.elf\"\n"
                    + out))
        .containsExactly(
            "8: vm.alice.networks: port 2222 of 127.0.0.1 leads to vm.bob already, line 5; choose"
                + " another");
  }
}
