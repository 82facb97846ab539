// SPDX-License-Identifier: Apache-2.0

package tombolo.topology.file;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlArray;
import org.tomlj.TomlTable;
import tombolo.memory.Access;
import tombolo.memory.HostMemory;
import tombolo.topology.BridgeSpec;
import tombolo.topology.ChannelSpec;
import tombolo.topology.ChannelSpec.Layout;
import tombolo.topology.SubscriberSpec;

/**
 * Reads the tables {@code [channel.NAME]}. Replaces a wrong value by one with which no check
 * between VMs and channels can fail.
 *
 * @param vms the names of all VMs of the file, in its order, with those that are wrong
 * @param bridges reads how channels continue on other hosts
 */
record ChannelReader(Set<String> vms, BridgeReader bridges) {
  /** Stands for a key that is wrong. */
  static final long NO_KEY = -1;

  private static final List<String> KEYS =
      List.of(
          "publisher",
          "subscribers",
          "key",
          "size",
          "access",
          "layout",
          "section-size",
          "sections",
          "doorbell",
          "doorbell-rate",
          BridgeReader.BRIDGE);
  private static final List<String> SUBSCRIBER_KEYS = List.of("vm", "access", "doorbell");
  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_.-]{1,64}");
  private static final Map<String, Access> ACCESS =
      Map.of("read", Access.READ, "read-write", Access.READ_WRITE);
  private static final Map<String, Layout> LAYOUT =
      Map.of("raw", Layout.RAW, "sectioned", Layout.SECTIONED);
  private static final Section.Range SIZE = new Section.Range(1, 1L << 40);
  private static final int MOST_SECTIONS = 64;
  private static final int DEFAULT_RATE = 100_000;
  private static final int MOST_RATE = 100_000_000;
  private static final int MOST_NAMES = 8;

  ChannelSpec read(String name, Section channel) {
    if (!NAME.matcher(name).matches()) {
      channel
          .mistakes()
          .add(
              channel.line(),
              channel.path(),
              "not a valid channel name; use 1 to 64 of a-z A-Z 0-9 - _ .");
    }
    if (!isDottedName(name, channel)) {
      channel.allowOnly(KEYS, "a channel");
      if (!channel.has(BridgeReader.BRIDGE)) {
        channel.require("publisher", "\"alice\"");
        channel.require("subscribers", "[\"bob\"]");
      }
      channel.require("key", "0x1");
      channel.require("size", "\"16 KiB\"");
    }
    BridgeSpec bridge = bridges.read(channel);
    String publisher =
        bridge instanceof BridgeSpec.From from
            ? noPublisher(channel, from.host())
            : publisher(channel, bridge != null);
    boolean doorbell = channel.truth("doorbell", true);
    List<SubscriberSpec> subscribers = subscribers(channel, publisher, doorbell);
    Layout layout = channel.word("layout", bridge == null ? Layout.RAW : Layout.SECTIONED, LAYOUT);
    boolean sectioned = layout == Layout.SECTIONED;
    if (bridge != null && !sectioned) {
      channel.wrong("layout", "a bridge carries the messages of a ring; set \"sectioned\"");
    }
    if (!sectioned && !isWrongLayout(channel)) {
      refuseSections(channel);
    }
    int sections = sectioned ? sections(channel, subscribers, bridge) : 0;
    return new ChannelSpec(
        name,
        channel.line(),
        publisher,
        subscribers,
        channel.integer("key", NO_KEY, NO_KEY, 0, Long.MAX_VALUE),
        pages(channel, "size", 0),
        layout,
        sectioned ? pages(channel, "section-size", HostMemory.PAGE_SIZE) : 0,
        sections,
        doorbell,
        (int) channel.integer("doorbell-rate", DEFAULT_RATE, DEFAULT_RATE, 1, MOST_RATE),
        bridge);
  }

  /** Returns the other host's name in the publisher's place. */
  private static String noPublisher(Section channel, String host) {
    if (channel.has("publisher")) {
      channel.wrong(
          "publisher",
          "the channel comes from %s, whose VM publishes it; remove this".formatted(host));
    }
    return host;
  }

  /** Tells {@code [channel.a.b]}, which TOML reads as a table in a table; notes the mistake. */
  private static boolean isDottedName(String name, Section channel) {
    List<String> tables =
        channel.keys().stream()
            .filter(key -> !KEYS.contains(key))
            .filter(key -> channel.table().get(List.of(key)) instanceof TomlTable)
            .toList();
    if (tables.isEmpty() || tables.size() < channel.table().size()) {
      return false;
    }
    for (String inner : tables) {
      channel.wrong(
          inner,
          "a table within a channel; put a name with a dot in quotes: [channel.\"%s.%s\"]"
              .formatted(name, inner));
    }
    return true;
  }

  /** Whether the layout is wrong, so that nothing can be said of sections. */
  private static boolean isWrongLayout(Section channel) {
    return channel.has("layout") && !"raw".equals(channel.table().get(List.of("layout")));
  }

  private static void refuseSections(Section channel) {
    for (String key : List.of("section-size", "sections")) {
      if (channel.has(key)) {
        channel.wrong(key, "only for layout = \"sectioned\"; set that, or remove this");
      }
    }
  }

  /** Returns a size in whole pages; 0 if it is wrong. */
  private static long pages(Section channel, String key, long absent) {
    long bytes = channel.bytes(key, absent, 0, SIZE);
    return Math.ceilDiv(bytes, HostMemory.PAGE_SIZE) * HostMemory.PAGE_SIZE;
  }

  private static int sections(
      Section channel, List<SubscriberSpec> subscribers, @Nullable BridgeSpec bridge) {
    long writers =
        subscribers.stream().filter(one -> one.access().canWrite()).count()
            + (bridge instanceof BridgeSpec.To ? 1 : 0);
    if (bridge != null && writers == 0) {
      channel.wrong(
          "subscribers",
          "nobody here can read what comes from another host; list a VM that may write its"
              + " section");
    }
    if (!channel.has("sections") && writers > MOST_SECTIONS) {
      channel.wrong(
          "sections",
          "%d subscribers may write, and there are at most %d sections; give sections, or let some"
                  .formatted(writers, MOST_SECTIONS)
              + " only read");
      return 0;
    }
    return (int) channel.integer("sections", writers, 0, 0, MOST_SECTIONS);
  }

  /** Returns the publisher's name; empty if it is absent or wrong. */
  private String publisher(Section channel, boolean bridged) {
    String name = channel.string("publisher", "the name of a VM, as a string");
    if (name == null) {
      if (bridged) {
        channel.require("publisher", "\"alice\"");
      }
      return "";
    }
    if (!vms.contains(name)) {
      channel.wrong("publisher", noSuchVm(name));
      return "";
    }
    return name;
  }

  private String noSuchVm(String name) {
    String guess = Spelling.didYouMean(name, vms);
    String there =
        vms.stream().limit(MOST_NAMES).collect(Collectors.joining(", "))
            + (vms.size() > MOST_NAMES ? ", …" : "");
    return "no VM \"%s\" in this file%s"
        .formatted(name, guess.isEmpty() && !vms.isEmpty() ? "; there is " + there : guess);
  }

  private List<SubscriberSpec> subscribers(Section channel, String publisher, boolean doorbell) {
    String wanted =
        "an array of names of VMs, or of tables like { vm = \"bob\", access = \"read\" }";
    TomlArray array = channel.array("subscribers", wanted);
    Access access = channel.word("access", Access.READ_WRITE, ACCESS);
    List<SubscriberSpec> subscribers = new ArrayList<>();
    Set<String> seen = new LinkedHashSet<>();
    for (int i = 0; array != null && i < array.size(); i++) {
      Section element = element(channel, array, i);
      SubscriberSpec subscriber = subscriber(element, array.get(i), access, doorbell);
      String objection = subscriber == null ? null : objection(subscriber.vm(), publisher, seen);
      if (objection != null) {
        element.mistakes().add(element.line(), channel.pathOf("subscribers"), objection);
      } else if (subscriber != null) {
        subscribers.add(subscriber);
      }
    }
    return subscribers;
  }

  /** Returns the place of one subscriber, and its table if it is one. */
  private static Section element(Section channel, TomlArray array, int index) {
    int line =
        channel
            .source()
            .lineOfElement(
                array.inputPositionOf(index).line(), array.inputPositionOf(index).column());
    TomlTable table = array.get(index) instanceof TomlTable inner ? inner : channel.table();
    String path = channel.pathOf("subscribers");
    return new Section(table, path, line, channel.source(), channel.mistakes());
  }

  /** Returns a subscriber; null, and notes the mistake, if it is none. */
  private static @Nullable SubscriberSpec subscriber(
      Section element, Object value, Access access, boolean doorbell) {
    return switch (value) {
      case String vm -> new SubscriberSpec(vm, element.line(), access, doorbell);
      case TomlTable _ -> {
        element.allowOnly(SUBSCRIBER_KEYS, "a subscriber");
        element.require("vm", "\"bob\"");
        String vm = element.string("vm", "the name of a VM, as a string");
        Access own = element.word("access", access, ACCESS);
        boolean rings = element.truth("doorbell", doorbell);
        yield vm == null ? null : new SubscriberSpec(vm, element.line(), own, rings);
      }
      default -> {
        element
            .mistakes()
            .add(
                element.line(),
                element.path(),
                "found %s; wanted the name of a VM, or a table like { vm = \"bob\" }"
                    .formatted(Section.describe(value)));
        yield null;
      }
    };
  }

  private @Nullable String objection(String vm, String publisher, Set<String> seen) {
    if (!vms.contains(vm)) {
      return noSuchVm(vm);
    }
    if (vm.equals(publisher)) {
      return "\"%s\" is the publisher, which has the channel already; remove it here".formatted(vm);
    }
    return seen.add(vm) ? null : "\"%s\" is listed twice; remove one".formatted(vm);
  }
}
