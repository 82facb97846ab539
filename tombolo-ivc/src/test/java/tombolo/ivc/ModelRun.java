// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tombolo.ivc.abi.ChannelId;
import tombolo.ivc.abi.ChannelInfo;
import tombolo.ivc.abi.ChannelState;
import tombolo.ivc.abi.Event;
import tombolo.ivc.abi.Layout;
import tombolo.ivc.abi.Listing;
import tombolo.ivc.abi.Peer;
import tombolo.ivc.abi.RefusedException;
import tombolo.ivc.abi.Role;
import tombolo.ivc.abi.Shape;
import tombolo.ivc.abi.Status;
import tombolo.ivc.bell.Bell;
import tombolo.ivc.grant.DoorbellRate;
import tombolo.ivc.grant.Grant;
import tombolo.ivc.grant.Grants;
import tombolo.ivc.grant.Quota;
import tombolo.ivc.guest.GuestFrontEnds;
import tombolo.machine.Vm;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.memory.Access;
import tombolo.memory.HostMemory;
import tombolo.memory.MemoryRegion;

/**
 * A directory with four VMs and a host endpoint beside a {@link ChannelModel}: does an operation to
 * both, and compares all that can be seen. Everything is derived from the operations' numbers, so
 * that a list of them with gaps does something sensible, too.
 */
final class ModelRun implements AutoCloseable {
  /** What to do; the numbers choose who does it, and to what. */
  record Step(Kind kind, int who, int a, int b, int c) {}

  enum Kind {
    PUBLISH,
    SUBSCRIBE,
    LEAVE,
    LEAVE_BY_KEY,
    RING,
    TAKE_BELL,
    NEXT_EVENT,
    LOOK_UP,
    LIST,
    PEERS,
    WATCH,
    WRITE,
    KILL,
    BAR,
    GET_IN_THE_WAY,
    ADVANCE,
    RESTORE
  }

  private static final long PAGE = ChannelModel.PAGE;
  private static final int PARTIES = 5;
  private static final int HOST = 5;
  private static final long WINDOW = ChannelModel.PAGES * PAGE;
  private static final long[] PLACES = {
    TestBoard.PCI_BASE + WINDOW, TestBoard.PCI_BASE + 2 * WINDOW, 0x9000_0000L
  };
  private static final long BRIDGE_END = TestBoard.PCI_BASE + 0x4000_0000L;
  private static final long CONFIG = 1 << 15;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final MemorySegment ZEROES = MemorySegment.ofArray(new byte[8 * 4096]);

  private static final List<Shape> SHAPES =
      List.of(
          Shape.raw(1),
          Shape.raw(PAGE),
          Shape.raw(2 * PAGE),
          Shape.raw(5 * PAGE),
          Shape.raw(6 * PAGE),
          Shape.sectioned(PAGE, 0, 0),
          Shape.sectioned(PAGE, 1, PAGE),
          Shape.sectioned(1, 2, 1),
          Shape.sectioned(2 * PAGE, 1, 2 * PAGE),
          Shape.sectioned(PAGE, 4, PAGE));

  private static final List<Grant> GRANTS = grants();
  private static final Quota VM_QUOTA = new Quota(3, 8 * PAGE);
  private static final Quota HOST_QUOTA = new Quota(2, 6 * PAGE);

  private static List<Grant> grants() {
    DoorbellRate slow = new DoorbellRate(1_000_000, 2);
    List<Grant> grants = new ArrayList<>();
    grants.add(IvcFixture.anyLayout(1, 0, 2, 5 * PAGE, slow));
    grants.add(IvcFixture.anyLayout(2, 0, 1, 5 * PAGE, DoorbellRate.DEFAULT));
    grants.add(new Grant.Publish(4, 0, 1, 5 * PAGE, Layout.SECTIONED, null, null));
    grants.add(IvcFixture.anyLayout(HOST, 0, 1, 5 * PAGE, slow));
    for (int who = 1; who <= PARTIES; who++) {
      for (int publisher = 1; publisher <= PARTIES; publisher++) {
        if (who != publisher && who * publisher != 4) {
          boolean write = (who + publisher) % 3 != 0;
          @Nullable DoorbellRate rate = who * publisher == 3 ? null : slow;
          grants.add(new Grant.Subscribe(who, publisher, 0, 1 + who % 2, write, rate));
        }
      }
    }
    return grants;
  }

  private final long liveBefore = HostMemory.liveCount();
  private final HandTime time = new HandTime();
  private final ChannelModel model = new ChannelModel(GRANTS);
  private final List<Endpoint> endpoints = new ArrayList<>();
  private final List<Vm> vms = new ArrayList<>();
  private final List<HostMemory> rams = new ArrayList<>();
  private final List<HostMemory> mailboxes = new ArrayList<>();
  private final Map<ChannelModel.Side, Attachment> real = new HashMap<>();
  private final HostMemory foreign = HostMemory.allocate(PAGE);
  private Directory directory;
  private boolean noMemory;
  private boolean memoryRefused;
  private long tags = 1;

  ModelRun() {
    directory = fresh();
    for (int id = 1; id < HOST; id++) {
      model.parties.add(new ChannelModel.Party(id, true, VM_QUOTA, PLACES[0]));
    }
    model.parties.add(new ChannelModel.Party(HOST, false, HOST_QUOTA, -1));
  }

  /** Everybody joins a directory; VMs and endpoints are those of this one from now on. */
  private Directory fresh() {
    MemoryPool pool = new MemoryPool(16 * PAGE, this::hostMemory);
    Directory made = new Directory(new Grants(GRANTS), time.host(), pool);
    List.of(vms, endpoints, rams, mailboxes).forEach(List::clear);
    for (int id = 1; id < HOST; id++) {
      Vm vm = IvcFixture.newVm("vm" + id, WINDOW);
      vms.add(vm);
      endpoints.add(made.join(vm, id, VM_QUOTA, GuestFrontEnds.ALL));
      rams.add(vm.memory().regions().getFirst().host());
      mailboxes.add(Objects.requireNonNull(vm.memory().regionAt(PLACES[0])).host());
    }
    endpoints.add(made.join("host", HOST, HOST_QUOTA));
    return made;
  }

  /** Saves everything, ends it, and goes on with fresh VMs and a fresh directory. */
  private void restore() {
    ByteArrayOutputStream saved = new ByteArrayOutputStream();
    StateWriter out = new StateWriter(saved);
    vms.forEach(vm -> out.part("pci", vm.board().pci()));
    out.part("directory", directory);
    vms.forEach(Vm::close);
    directory.close();

    directory = fresh();
    for (ChannelModel.Party party : model.parties) {
      if (party.vm) {
        Vm vm = vms.get(party.id - 1);
        vm.board().pci().write(CONFIG + 4, 4, 4);
        party.inTheWay.forEach(gpa -> vm.memory().map(gpa, PAGE, foreign, 0, Access.READ_EXECUTE));
      }
    }
    StateReader in = new StateReader(new ByteArrayInputStream(saved.toByteArray()));
    vms.forEach(vm -> in.part("pci", vm.board().pci()));
    in.part("directory", directory);
    model.sidesEver.removeIf(side -> !side.joined);
    real.clear();
    for (ChannelModel.Side side : model.sidesEver) {
      Membership membership = endpoints.get(side.party.id - 1).membership;
      joined(Objects.requireNonNull(membership.find(side.handle)), side);
    }
  }

  private HostMemory hostMemory(long size) {
    if (noMemory) {
      memoryRefused = true;
      // More than there is: the host says no by itself.
      return HostMemory.allocate(1L << 60);
    }
    return HostMemory.allocate(size);
  }

  /** What it was refused for, or DONE. */
  private static Status attempt(Runnable operation) {
    try {
      operation.run();
      return Status.DONE;
    } catch (RefusedException e) {
      return e.status();
    }
  }

  private static Status attempt(Supplier<Attachment> operation, List<Attachment> made) {
    return attempt(() -> made.add(operation.get()));
  }

  private static void same(@Nullable Object actual, @Nullable Object expected, String what) {
    if (!Objects.equals(actual, expected)) {
      throw new AssertionError(what + ": " + actual + ", but the model says " + expected);
    }
  }

  private ChannelId channel(Step step) {
    return new ChannelId(1 + step.a % PARTIES, step.b % 4);
  }

  /** Any side that there ever was, or null where there was none. */
  private ChannelModel.@Nullable Side anySide(Step step, ChannelModel.Party who) {
    List<ChannelModel.Side> ever = model.sidesEver;
    List<ChannelModel.Side> own = List.copyOf(who.sides.values());
    if (step.b % 4 != 0 && !own.isEmpty()) {
      return own.get(step.a % own.size());
    }
    return ever.isEmpty() ? null : ever.get(step.a % ever.size());
  }

  void step(Step step) {
    ChannelModel.Party who = model.party(1 + step.who % PARTIES);
    Endpoint endpoint = endpoints.get(who.id - 1);
    advance(7);
    switch (step.kind) {
      case PUBLISH -> publish(step, who, endpoint);
      case SUBSCRIBE -> subscribe(step, who, endpoint);
      case LEAVE -> leave(step, who, endpoint);
      case LEAVE_BY_KEY -> leaveByKey(step, who, endpoint);
      case RING -> ring(step, who, endpoint);
      case TAKE_BELL -> takeBell(who, endpoint.inbox.takeBell());
      case NEXT_EVENT -> nextEvent(who, endpoint);
      case LOOK_UP -> lookUp(channel(step), who, endpoint);
      case LIST -> list(who, endpoint);
      case PEERS -> peers(step, who, endpoint);
      case WATCH -> {
        Status expected = model.watch(who, channel(step));
        same(attempt(() -> endpoint.watch(channel(step))), expected, "watch");
      }
      case WRITE -> write(step, who);
      case KILL -> {
        if (step.a % 2 == 0) {
          endpoint.leaveAll();
          model.kill(who);
        }
      }
      case BAR -> bar(step, who);
      case GET_IN_THE_WAY -> getInTheWay(step, who);
      case ADVANCE -> advance(step.a % 3000);
      case RESTORE -> restore();
    }
    compare();
  }

  private void advance(long nanos) {
    time.advance(nanos);
    model.advance(time.nanos());
  }

  private void publish(Step step, ChannelModel.Party who, Endpoint endpoint) {
    long key = step.a % 4;
    Shape shape = SHAPES.get(step.b % SHAPES.size());
    noMemory = step.c % 8 == 0;
    memoryRefused = false;
    List<Attachment> made = new ArrayList<>();
    Status status = attempt(() -> endpoint.publish(key, shape), made);
    noMemory = false;
    same(status, model.mayPublish(who, key, shape, memoryRefused), "publish");
    if (status == Status.DONE) {
      Attachment side = made.getFirst();
      assertThat(side.generation()).isGreaterThan(model.youngest);
      assertThat(who.handlesOfThisRun).doesNotContain(side.handle());
      joined(side, model.published(who, key, shape, side.handle(), side.generation()));
      fresh(side);
    }
  }

  /** Zero, but for what the host writes. */
  private static void fresh(Attachment side) {
    MemoryPool.Block block = side.channel.memory;
    MemorySegment memory = block.host().segment().asSlice(block.offset(), block.size());
    boolean raw = side.shape().layout() == Layout.RAW;
    long from = raw ? 16 : PAGE;
    long size = memory.byteSize() - from;
    same(memory.asSlice(from).mismatch(ZEROES.asSlice(0, size)), -1L, "first byte not zero");
    if (raw) {
      same(memory.get(LONG, 0), (long) side.id().publisher(), "publisher in the memory");
      same(memory.get(LONG, 8), side.id().key(), "key in the memory");
    }
  }

  private void joined(Attachment made, ChannelModel.Side side) {
    real.put(side, made);
    same(made.section(), side.section, "section");
    if (made instanceof VmChannel inVm) {
      same(inVm.offset(), side.page * PAGE, "offset into the window");
    }
  }

  private void subscribe(Step step, ChannelModel.Party who, Endpoint endpoint) {
    ChannelId id = channel(step);
    List<Attachment> made = new ArrayList<>();
    Status status = attempt(() -> endpoint.subscribe(id), made);
    same(status, model.maySubscribe(who, id), "subscribe");
    if (status == Status.DONE) {
      Attachment side = made.getFirst();
      assertThat(who.handlesOfThisRun).doesNotContain(side.handle());
      joined(side, model.subscribed(who, id, side.handle(), time.nanos()));
    }
  }

  private void leave(Step step, ChannelModel.Party who, Endpoint endpoint) {
    ChannelModel.Side side = anySide(step, who);
    if (side == null) {
      return;
    }
    Attachment its = Objects.requireNonNull(real.get(side));
    boolean publisher = step.c % 4 == 0 ? !side.publishes : side.publishes;
    Status expected = model.mayLeave(who, side, publisher);
    Status status =
        attempt(
            () -> {
              if (publisher) {
                endpoint.unpublish(its);
              } else {
                endpoint.unsubscribe(its);
              }
            });
    same(status, expected, "leave");
    if (expected == Status.DONE) {
      model.leave(side, ChannelState.WITHDRAWN);
    }
  }

  private void leaveByKey(Step step, ChannelModel.Party who, Endpoint endpoint) {
    boolean publisher = step.c % 2 == 0;
    ChannelId id = publisher ? new ChannelId(who.id, step.b % 4) : channel(step);
    ChannelModel.Side side = ChannelModel.side(who, id, true);
    Status expected = model.mayLeave(who, side, publisher);
    Status status =
        attempt(() -> endpoint.leave(0, id, publisher ? Role.PUBLISHER : Role.SUBSCRIBER));
    same(status, expected, "leave by key");
    if (expected == Status.DONE) {
      model.leave(Objects.requireNonNull(side), ChannelState.WITHDRAWN);
    }
  }

  private void ring(Step step, ChannelModel.Party who, Endpoint endpoint) {
    ChannelModel.Side side = anySide(step, who);
    if (side != null) {
      int target = step.c % 3 == 0 ? step.c % (PARTIES + 1) : Endpoint.EVERY_PEER;
      Status status = attempt(() -> endpoint.ring(Objects.requireNonNull(real.get(side)), target));
      same(status, model.ring(who, side, target, time.nanos()), "ring");
    }
  }

  private void takeBell(ChannelModel.Party who, @Nullable Bell bell) {
    long oldest = ChannelModel.oldestBell(who);
    if (bell == null || oldest < 0) {
      same(bell == null, oldest < 0, "no bell has rung");
      return;
    }
    took(who, bell.handle(), oldest);
  }

  private static void took(ChannelModel.Party who, int handle, long oldest) {
    ChannelModel.Side side = who.sides.get(handle);
    same(side == null ? -1 : side.rang, oldest, "when the bell of " + handle + " rang");
    Objects.requireNonNull(side).rang = -1;
  }

  private void nextEvent(ChannelModel.Party who, Endpoint endpoint) {
    @Nullable Event next = endpoint.inbox.takeEvent();
    @Nullable Event expected = who.events.poll();
    long oldest = ChannelModel.oldestBell(who);
    if (expected == null && oldest >= 0 && next != null && next.kind() == Event.Kind.DOORBELL) {
      took(who, next.handle(), oldest);
    } else {
      same(next, expected, "next event");
    }
  }

  private void lookUp(ChannelId id, ChannelModel.Party who, Endpoint endpoint) {
    List<ChannelInfo> found = new ArrayList<>();
    Status status = attempt(() -> found.add(endpoint.lookUp(id)));
    same(status, model.mayLookUp(who, id), "look up");
    if (status == Status.DONE) {
      ChannelModel.Chan expected = Objects.requireNonNull(model.found(who, id));
      ChannelModel.Side mine = expected.of(who);
      same(found.getFirst().generation(), expected.generation, "generation");
      same(found.getFirst().state(), expected.state, "state");
      same(found.getFirst().handle(), mine == null ? 0 : mine.handle, "handle");
    }
  }

  private void list(ChannelModel.Party who, Endpoint endpoint) {
    List<Long> found = new ArrayList<>();
    Listing<ChannelInfo> next = endpoint.list(0);
    while (next.element() != null) {
      found.add(next.element().generation());
      next = endpoint.list(next.cursor());
    }
    same(next.status(), Status.END, "listing");
    same(found, model.listed(who), "listed");
  }

  private void peers(Step step, ChannelModel.Party who, Endpoint endpoint) {
    ChannelModel.Side side = anySide(step, who);
    if (side == null) {
      return;
    }
    Attachment its = Objects.requireNonNull(real.get(side));
    boolean allowed = side.party == who && side.joined;
    List<Integer> found = new ArrayList<>();
    Status status =
        attempt(
            () -> {
              Listing<Peer> next = endpoint.peers(its, 0);
              while (next.element() != null) {
                found.add(next.element().endpoint());
                next = endpoint.peers(its, next.cursor());
              }
            });
    same(status, allowed ? Status.DONE : Status.BAD_HANDLE, "peers");
    if (allowed) {
      List<Integer> expected =
          side.channel.sides.stream()
              .map(each -> each.party.id)
              .filter(id -> id != who.id)
              .sorted()
              .toList();
      same(found, expected, "peers");
    }
  }

  /** A guest or the host writes the last word of a page, if it may. */
  private void write(Step step, ChannelModel.Party who) {
    ChannelModel.Side side = anySide(step, who);
    if (side == null || !side.joined || (side.party.vm && side.party.placed < 0)) {
      return;
    }
    int page = step.c % side.channel.pages();
    long at = page * PAGE + PAGE - 8;
    long tag = tags++;
    boolean written = true;
    try {
      if (side.party.vm) {
        long gpa = side.party.placed + side.page * PAGE + at;
        vms.get(side.party.id - 1).memory().writeLong(gpa, tag);
      } else {
        HostChannel its = (HostChannel) Objects.requireNonNull(real.get(side));
        boolean raw = side.channel.layout == Layout.RAW;
        long start = raw ? 0 : its.shape().offsetOf(Math.max(its.section(), 0));
        its.output().set(LONG, at - start, tag);
      }
    } catch (RuntimeException refused) {
      written = false;
    }
    same(written, side.mayWrite(page), "can write page " + page);
    if (written) {
      side.channel.words[page] = tag;
    }
  }

  private void bar(Step step, ChannelModel.Party who) {
    if (!who.vm) {
      return;
    }
    Vm vm = vms.get(who.id - 1);
    if (step.a % 3 == 0) {
      who.barOn = step.b % 2 == 0;
      // With Bus Master Enable all the time: without it the device would leave its channels.
      vm.board().pci().write(CONFIG + 4, 4, who.barOn ? 6 : 4);
    } else {
      who.bar = PLACES[step.b % PLACES.length];
      vm.board().pci().write(CONFIG + 0x18, 4, who.bar);
    }
    who.settle(TestBoard.PCI_BASE, BRIDGE_END);
  }

  /** Maps something where a window is or may come to be, or takes it away. */
  private void getInTheWay(Step step, ChannelModel.Party who) {
    long gpa = PLACES[step.a % 2] + step.b % ChannelModel.PAGES * PAGE;
    if (!who.vm) {
      return;
    }
    Vm vm = vms.get(who.id - 1);
    if (!who.inTheWay.isEmpty() && step.c % 3 != 0) {
      long there = who.inTheWay.iterator().next();
      vm.memory().unmap(there, PAGE);
      who.inTheWay.remove(there);
    } else if (vm.memory().regionAt(gpa) == null) {
      vm.memory().map(gpa, PAGE, foreign, 0, Access.READ_EXECUTE);
      who.inTheWay.add(gpa);
    }
  }

  private void compare() {
    same(directory.channels.pool.blocks(), (long) model.channels.size(), "channels with memory");
    for (ChannelModel.Party party : model.parties) {
      Endpoint endpoint = endpoints.get(party.id - 1);
      same(endpoint.account.channels(), model.publishedChannels(party), "channels on account");
      same(endpoint.account.bytes(), model.publishedBytes(party), "bytes on account");
      same(endpoint.inbox.hasBells(), ChannelModel.oldestBell(party) >= 0, "a bell waits");
      same(endpoint.inbox.hasEvents(), !party.events.isEmpty(), "an event waits");
      same(
          endpoint.membership.all().stream().map(Attachment::handle).toList(),
          List.copyOf(party.sides.keySet()),
          "handles");
      if (party.vm) {
        compareMap(party);
      }
    }
    model.channels.forEach(this::compareChannel);
    noTwoOwners();
  }

  /** Page by page: what the guest sees is what the model says, and nothing else. */
  private void compareMap(ChannelModel.Party party) {
    Map<Long, MemoryRegion> expected = new HashMap<>();
    put(expected, 0, rams.get(party.id - 1), 0, Access.READ_WRITE_EXECUTE);
    party.inTheWay.forEach(gpa -> put(expected, gpa, foreign, 0, Access.READ_EXECUTE));
    if (party.placed >= 0) {
      put(expected, party.placed, mailboxes.get(party.id - 1), 0, Access.READ_WRITE);
      for (ChannelModel.Side side : party.sides.values()) {
        MemoryPool.Block block = Objects.requireNonNull(real.get(side)).channel.memory;
        for (int page = 0; page < side.channel.pages(); page++) {
          put(
              expected,
              party.placed + (side.page + page) * PAGE,
              block.host(),
              block.offset() + page * PAGE,
              side.mayWrite(page) ? Access.READ_WRITE : Access.READ);
        }
      }
    }
    int pages = 0;
    for (MemoryRegion region : vms.get(party.id - 1).memory().regions()) {
      for (long at = 0; at < region.size(); at += PAGE) {
        pages++;
        MemoryRegion page =
            new MemoryRegion(
                region.gpa() + at, PAGE, region.host(), region.hostOffset() + at, region.access());
        same(page, expected.get(page.gpa()), "VM " + party.id + " sees");
      }
    }
    same(pages, expected.size(), "pages that VM " + party.id + " sees");
  }

  private static void put(
      Map<Long, MemoryRegion> map, long gpa, HostMemory host, long offset, Access access) {
    MemoryRegion page = new MemoryRegion(gpa, PAGE, host, offset, access);
    if (map.put(gpa, page) != null) {
      throw new AssertionError("the model maps a page twice: " + page);
    }
  }

  private void compareChannel(ChannelModel.Chan channel) {
    MemoryPool.Block block =
        Objects.requireNonNull(real.get(channel.sides.getFirst())).channel.memory;
    MemorySegment memory = block.host().segment().asSlice(block.offset(), block.size());
    for (int page = 0; page < channel.words.length; page++) {
      same(memory.get(LONG, page * PAGE + PAGE - 8), channel.words[page], "last word of a page");
    }
    if (channel.layout == Layout.SECTIONED) {
      same((int) memory.get(LONG, 0x10), channel.id.publisher(), "publisher in the header");
      same((int) (memory.get(LONG, 0x10) >>> 32), channel.state.code(), "state in the header");
      for (int i = 0; i < channel.sections; i++) {
        ChannelModel.Side owner = channel.owner(i + 1);
        long expected = owner == null ? 0 : owner.party.id;
        expected |= (long) channel.joined[i] << 32;
        same(memory.get(LONG, 0x40 + 8L * i), expected, "owner of section " + (i + 1));
      }
    }
    for (ChannelModel.Side side : channel.sides) {
      if (real.get(side) instanceof HostChannel its) {
        same(its.memory().get(LONG, PAGE - 8), channel.words[0], "what the host sees");
      }
    }
  }

  private void noTwoOwners() {
    List<MemoryPool.Block> blocks =
        model.channels.stream()
            .map(each -> Objects.requireNonNull(real.get(each.sides.getFirst())).channel.memory)
            .toList();
    for (int i = 0; i < blocks.size(); i++) {
      for (int j = 0; j < i; j++) {
        same(apart(blocks.get(i), blocks.get(j)), true, "memory of two channels apart");
      }
    }
    for (ChannelModel.Side side : model.sidesEver) {
      if (!side.joined && real.get(side) instanceof HostChannel left) {
        same(left.memory().scope().isAlive(), false, "segment of a channel that was left");
      }
    }
  }

  private static boolean apart(MemoryPool.Block one, MemoryPool.Block other) {
    return !one.host().equals(other.host())
        || one.offset() + one.size() <= other.offset()
        || other.offset() + other.size() <= one.offset();
  }

  /** Takes what waits, has everybody die, and looks for leftovers. */
  void end() {
    advance(1_000_000_000L);
    for (ChannelModel.Party party : model.parties) {
      Endpoint endpoint = endpoints.get(party.id - 1);
      while (endpoint.inbox.hasEvents() || endpoint.inbox.hasBells()) {
        nextEvent(party, endpoint);
      }
      same(party.events.size(), 0, "events that did not come");
      same(ChannelModel.oldestBell(party), -1L, "bell that did not come");
    }
    DirectorySnapshot counted = directory.snapshot();
    same(counted.rings(), model.rings, "rings");
    same(counted.delivered(), model.delivered, "delivered");
    same(counted.coalesced(), model.coalesced, "coalesced");
    same(counted.delayed(), model.delayed, "delayed");
    same(counted.dropped(), model.dropped, "dropped");
    same(model.rings, model.delivered + model.coalesced + model.dropped, "sum of rings");
    for (ChannelModel.Party party : model.parties) {
      endpoints.get(party.id - 1).leaveAll();
      model.kill(party);
      compare();
    }
    close();
    same(HostMemory.liveCount(), liveBefore, "host memory left");
  }

  @Override
  public void close() {
    vms.forEach(Vm::close);
    directory.close();
    foreign.close();
  }
}
