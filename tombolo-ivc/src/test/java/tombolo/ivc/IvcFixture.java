// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import tombolo.ivc.abi.Event;
import tombolo.ivc.abi.RefusedException;
import tombolo.ivc.abi.Status;
import tombolo.ivc.grant.DoorbellRate;
import tombolo.ivc.grant.Grant;
import tombolo.ivc.grant.Grants;
import tombolo.ivc.grant.Quota;
import tombolo.ivc.guest.GuestFrontEnds;
import tombolo.machine.Vm;
import tombolo.machine.VmConfig;
import tombolo.machine.console.BufferConsole;
import tombolo.machine.host.Clock;
import tombolo.machine.host.HostServices;
import tombolo.machine.host.RandomSource;
import tombolo.machine.host.Scheduler;
import tombolo.machine.image.BootImage;
import tombolo.machine.image.KernelImage;
import tombolo.machine.image.SymbolTable;
import tombolo.memory.HostMemory;

/** A directory, and VMs and host endpoints in it. Its end checks that nothing is left. */
public final class IvcFixture implements AutoCloseable {
  public static final long PAGE = HostMemory.PAGE_SIZE;
  static final long WINDOW = 64 * PAGE;

  private static final BootImage NO_IMAGE =
      new BootImage(new KernelImage("none", List.of(), 0, SymbolTable.EMPTY), null, "");

  private final long liveBefore = HostMemory.liveCount();
  private final Deque<Vm> vms = new ArrayDeque<>();
  public final Directory directory;

  public IvcFixture(Grant... grants) {
    this(new Directory(Grants.of(grants), HostServices.system()));
  }

  IvcFixture(HandTime time, Grant... grants) {
    this(new Directory(Grants.of(grants), time.host()));
  }

  IvcFixture(Directory directory) {
    this.directory = directory;
  }

  /** A grant to publish without names, in any layout. */
  static Grant.Publish anyLayout(
      int endpoint, long firstKey, long lastKey, long maxSize, @Nullable DoorbellRate doorbell) {
    return new Grant.Publish(endpoint, firstKey, lastKey, maxSize, null, null, doorbell);
  }

  public VmEndpoint vm(int id) {
    return vm(id, WINDOW, Quota.DEFAULT);
  }

  VmEndpoint vm(int id, long window, Quota quota) {
    Vm vm = newVm("vm" + id, window);
    vms.push(vm);
    return directory.join(vm, id, quota, GuestFrontEnds.ALL);
  }

  static Vm newVm(String name, long window) {
    VmConfig config =
        VmConfig.of(name, NO_IMAGE, new BufferConsole(HostServices.system()), HostServices.system())
            .withMemory(PAGE)
            .withHost(new HostServices(Clock.system(), Scheduler.system(), RandomSource.seeded(1)))
            .withWindow(window);
    return Vm.create(config, TestBoard.ACCELERATOR);
  }

  public HostEndpoint host(int id) {
    return directory.join("host" + id, id, Quota.DEFAULT);
  }

  static TestBoard board(VmEndpoint endpoint) {
    return (TestBoard) endpoint.vm().board();
  }

  /** What the operation is refused for. */
  public static Status refusal(ThrowingCallable operation) {
    RefusedException refused = catchThrowableOfType(RefusedException.class, operation);
    assertThat(refused).as("is refused").isNotNull();
    return refused.status();
  }

  /** All events that wait, doorbells last, and takes them. */
  static List<Event> events(Endpoint endpoint) {
    List<Event> all = new ArrayList<>();
    for (Event next = endpoint.inbox.takeEvent(); next != null; ) {
      all.add(next);
      next = endpoint.inbox.takeEvent();
    }
    return all;
  }

  static List<Event.Kind> kinds(Endpoint endpoint) {
    return events(endpoint).stream().map(Event::kind).toList();
  }

  @Override
  public void close() {
    vms.forEach(Vm::close);
    directory.close();
    assertThat(directory.channels.pool.blocks()).as("memory of channels left").isZero();
    assertThat(HostMemory.liveCount()).as("host memory left").isEqualTo(liveBefore);
  }
}
