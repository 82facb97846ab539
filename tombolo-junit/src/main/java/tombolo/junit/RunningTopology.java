// SPDX-License-Identifier: Apache-2.0

package tombolo.junit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.opentest4j.AssertionFailedError;
import tombolo.ivc.DirectorySnapshot;
import tombolo.ivc.DirectorySnapshot.ChannelRow;
import tombolo.ivc.HostEndpoint;
import tombolo.machine.host.Clock;
import tombolo.machine.host.HostServices;
import tombolo.machine.host.Waiters;
import tombolo.topology.ChannelSpec;
import tombolo.topology.Topology;
import tombolo.topology.VmSpec;
import tombolo.topology.run.TopologyRun;

/**
 * The VMs of a topology, booted and joined by its channels, and a test among them. {@link
 * WithTopology}, or a {@link TopologyExtension} in a field, passes it to a test as a parameter and
 * closes it; the caller of {@link TopologyExtension#start} closes it itself.
 *
 * <p>A method that waits fails as those of {@link GuestVm} do.
 *
 * <p>For one thread at a time. Several tests that share VMs have one each.
 */
public final class RunningTopology implements AutoCloseable {
  private final Topology topology;
  private final Parts parts;
  private final Duration deadline;
  private final Map<String, GuestVm> vms = new LinkedHashMap<>();

  private RunningTopology(Topology topology, Parts parts, Duration deadline) {
    this.topology = topology;
    this.parts = parts;
    this.deadline = deadline;
    for (Guest guest : parts.vms) {
      vms.put(
          guest.name(),
          new GuestVm(
              guest,
              deadline,
              () -> states(parts.vms.stream().filter(vm -> !vm.name().equals(guest.name())))));
    }
  }

  /** What runs; shared by all tests that look at it. */
  private record Parts(TopologyRun run, List<Guest> vms, Set<String> standIns, Waiters waiters) {}

  /**
   * Makes and boots the VMs.
   *
   * @param standIns names of those in whose place the test is
   */
  static RunningTopology start(
      Topology topology, Set<String> standIns, Duration deadline, HostServices host) {
    for (String name : standIns) {
      requireVm(topology, name);
    }
    Waiters waiters = new Waiters(host);
    Consoles consoles = new Consoles(waiters);
    TopologyRun run = TopologyRun.prepare(topology, host, consoles, standIns);
    run.directory().onChange(waiters::tell);
    List<Guest> vms = run.vms().stream().map(vm -> Guest.of(vm, consoles.of(vm.name()))).toList();
    run.boot();
    return new RunningTopology(topology, new Parts(run, vms, standIns, waiters), deadline);
  }

  private static void requireVm(Topology topology, String name) {
    if (topology.vms().stream().noneMatch(vm -> vm.name().equals(name))) {
      throw new IllegalArgumentException(
          "no VM %s in the topology; there is %s"
              .formatted(
                  name,
                  topology.vms().stream().map(VmSpec::name).collect(Collectors.joining(", "))));
    }
  }

  /** Returns a view of the same VMs for another test. */
  RunningTopology fromTheBeginning() {
    return new RunningTopology(topology, parts, deadline);
  }

  /**
   * Returns a VM.
   *
   * @throws IllegalArgumentException if there is none of this name, or the test is in its place
   */
  public GuestVm vm(String name) {
    requireVm(topology, name);
    @Nullable GuestVm vm = vms.get(name);
    if (vm == null) {
      throw new IllegalArgumentException("the test stands in for VM " + name);
    }
    return vm;
  }

  /** Returns the VMs, in the topology's order, without those that the test stands in for. */
  public List<GuestVm> vms() {
    return List.copyOf(vms.values());
  }

  /**
   * Returns the test's end of the channels of a VM in whose place it is. It may do what that VM
   * may: {@link HostEndpoint#publish}, {@link HostEndpoint#subscribe}, or messages by {@link
   * tombolo.ivc.message.Publisher} and {@link tombolo.ivc.message.Subscriber}. Closed with the
   * topology, or by the test, as if that VM died.
   *
   * @throws IllegalArgumentException unless the topology was started with such a stand-in
   */
  public HostEndpoint standIn(String name) {
    if (!parts.standIns.contains(name)) {
      throw new IllegalArgumentException("the test does not stand in for a VM " + name);
    }
    return parts.run.standIn(name);
  }

  /** Returns the present channels, with withdrawn and orphaned ones, the oldest first. */
  public List<ChannelRow> channels() {
    return parts.run.directory().snapshot().channels();
  }

  /**
   * Waits until a channel is published and these VMs have joined it, for as long as the topology's
   * deadline. Fails as soon as the publisher or one of these has stopped.
   *
   * @param name the channel's, in the topology
   * @param members names of VMs
   * @throws IllegalArgumentException if the topology has no such channel or VM
   */
  public ChannelRow awaitChannel(String name, String... members) {
    ChannelSpec spec =
        topology.channels().stream()
            .filter(channel -> channel.name().equals(name))
            .findFirst()
            .orElseThrow(
                () -> new IllegalArgumentException("no channel " + name + " in the topology"));
    List<String> all = new ArrayList<>();
    if (!spec.isFromAnotherHost()) {
      all.add(spec.publisher());
    }
    all.addAll(List.of(members));
    all.forEach(member -> requireVm(topology, member));
    Predicate<ChannelRow> wanted = row -> ChannelTable.isJoinedBy(row, name, all);
    return awaitChannels(
            "\"%s\" is joined by %s".formatted(name, String.join(", ", all)),
            rows -> rows.stream().anyMatch(wanted),
            all)
        .stream()
        .filter(wanted)
        .findFirst()
        .orElseThrow();
  }

  /**
   * Waits until the channels are as the test wants them, for as long as the topology's deadline.
   * Looks again each time that one comes or goes, is joined or left. Fails as soon as all VMs have
   * stopped, unless the test stands in for one.
   *
   * @param what is wanted, for the message
   * @return the channels as they were then
   */
  public List<ChannelRow> awaitChannels(String what, Predicate<List<ChannelRow>> wanted) {
    return awaitChannels(what, wanted, List.of());
  }

  /**
   * @param needed VMs whose end makes the wait vain; none: only the end of all VMs does
   */
  private List<ChannelRow> awaitChannels(
      String what, Predicate<List<ChannelRow>> wanted, List<String> needed) {
    Look look = new Look();
    try {
      parts.waiters.await(
          () -> {
            // Who has stopped has left its channels before; so this look comes before the next one.
            look.vain = isVain(needed);
            look.rows = channels();
            look.good = wanted.test(look.rows);
            return look.good || look.vain;
          },
          deadline.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionFailedError("interrupted while the test waited until " + what, e);
    }
    if (look.good) {
      return look.rows;
    }
    throw new AssertionFailedError(
        "not so %s: %s\n%s\n%s"
            .formatted(
                look.vain ? "before VMs stopped" : Waits.within(deadline),
                what,
                states(parts.vms.stream()),
                ChannelTable.describe(look.rows)));
  }

  /** The latest look of a waiting test at the channels. */
  private static final class Look {
    private List<ChannelRow> rows = List.of();
    private boolean vain;
    private boolean good;
  }

  private boolean isVain(List<String> needed) {
    return needed.isEmpty()
        ? parts.standIns.isEmpty() && vms().stream().allMatch(GuestVm::hasStopped)
        : vms().stream().anyMatch(vm -> needed.contains(vm.name()) && vm.hasStopped());
  }

  /**
   * Waits until all VMs have stopped with this exit status, for as long as the topology's deadline
   * for all of them together.
   *
   * @param status as of {@link GuestVm#awaitExit(int)}
   */
  public void awaitExit(int status) {
    Clock clock = parts.run.host().clock();
    long end = clock.nanos() + deadline.toNanos();
    for (GuestVm vm : vms()) {
      vm.awaitExit(status, Duration.ofNanos(Math.max(0, end - clock.nanos())));
    }
  }

  /** Pulls the plug of each VM, as {@link GuestVm#stop} does. */
  public void stop() {
    vms().forEach(GuestVm::stop);
  }

  /**
   * Fails unless all VMs have stopped, and no channel and no memory of one is left. A test that
   * joined channels as a stand-in leaves them first.
   */
  public void assertNothingLeft() {
    DirectorySnapshot now = parts.run.directory().snapshot();
    if (!vms().stream().allMatch(GuestVm::hasStopped) || !ChannelTable.isEmpty(now)) {
      throw new AssertionFailedError(
          "something is left: %d bytes of channels\n%s\n%s"
              .formatted(
                  now.heldBytes(),
                  states(parts.vms.stream()),
                  ChannelTable.describe(now.channels())));
    }
  }

  /**
   * Stops what runs, and gives everything back. Does nothing when called again.
   *
   * @throws AssertionFailedError if a channel, or memory of a channel or a VM, is left behind: a
   *     mistake in Tombolo
   */
  @Override
  public void close() {
    stop();
    parts.run.close();
    DirectorySnapshot now = parts.run.directory().snapshot();
    List<String> kept = parts.vms.stream().filter(vm -> !vm.isFreed()).map(Guest::name).toList();
    if (!ChannelTable.isEmpty(now) || !kept.isEmpty()) {
      throw new AssertionFailedError(
          "left behind by Tombolo: RAM of %s; %d bytes of channels\n%s"
              .formatted(kept, now.heldBytes(), ChannelTable.describe(now.channels())));
    }
  }

  private static String states(Stream<Guest> of) {
    return of.map(vm -> vm.name() + " " + vm.state()).collect(Collectors.joining("\n"));
  }
}
