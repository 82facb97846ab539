// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.guest;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tombolo.bench.suite.BenchmarkException;
import tombolo.ivc.Directory;
import tombolo.ivc.DirectorySnapshot;
import tombolo.ivc.HostChannel;
import tombolo.ivc.HostEndpoint;
import tombolo.ivc.VmEndpoint;
import tombolo.ivc.abi.ChannelId;
import tombolo.ivc.abi.Layout;
import tombolo.ivc.abi.RefusedException;
import tombolo.ivc.grant.DoorbellRate;
import tombolo.ivc.grant.Grant;
import tombolo.ivc.grant.Grants;
import tombolo.ivc.grant.Quota;
import tombolo.ivc.guest.GuestFrontEnds;
import tombolo.machine.Vm;
import tombolo.machine.VmConfig;
import tombolo.machine.console.BufferConsole;
import tombolo.machine.host.HostServices;
import tombolo.machine.host.RandomSource;
import tombolo.machine.host.Scheduler;
import tombolo.machine.image.BootImage;
import tombolo.machine.image.ElfMachine;
import tombolo.machine.image.KernelImage;
import tombolo.machine.power.StopReason;
import tombolo.riscv.RiscvAccelerator;

/**
 * VMs, most of them with one vCPU, and Java code, in one directory and on one clock. The VMs have
 * the ids from 1, in order; Java code has {@link #HOST}. No doorbell is limited by its rate.
 */
public final class JoinedGuests implements AutoCloseable {
  /** The id of Java code. */
  public static final int HOST = 9;

  /** The key of most channels. */
  public static final long KEY = 1;

  private static final Duration DEADLINE = Duration.ofMinutes(2);
  private static final long RAM_BASE = 0x8000_0000L;
  private static final long WINDOW = 16L << 20;
  private static final DoorbellRate UNLIMITED = new DoorbellRate(100_000_000, 100_000_000);

  private final CommonClock clock = new CommonClock();
  private final Directory directory;
  private final HostEndpoint host;
  private final List<Member> members = new ArrayList<>();

  /** A guest of {@code guests/bin}, its command line, and its number of vCPUs. */
  public record Guest(String name, String commandLine, int vcpus) {
    /** Makes a guest with one vCPU. */
    public Guest(String name, String commandLine) {
      this(name, commandLine, 1);
    }
  }

  private record Member(Vm vm, VmEndpoint endpoint, BufferConsole console) {}

  /** Makes the VMs and grants everything in the list; nothing runs yet. */
  public JoinedGuests(Path root, List<Grant> grants, Guest... guests) {
    this(root, grants, WINDOW, guests);
  }

  /** Makes VMs with windows of another size. */
  public JoinedGuests(Path root, List<Grant> grants, long window, Guest... guests) {
    directory =
        new Directory(
            new Grants(grants),
            new HostServices(clock, Scheduler.system(clock), RandomSource.system()));
    host = directory.join("host", HOST, Quota.DEFAULT);
    boolean made = false;
    try {
      for (Guest guest : guests) {
        add(root, guest, window);
      }
      made = true;
    } finally {
      if (!made) {
        close();
      }
    }
    clock.start();
  }

  private void add(Path root, Guest guest, long window) {
    Path elf = root.resolve("guests/bin").resolve(guest.name + ".elf");
    KernelImage kernel = KernelImage.read(elf, ElfMachine.RISCV, RAM_BASE);
    BufferConsole console = new BufferConsole(HostServices.system());
    int id = members.size() + 1;
    VmConfig config =
        VmConfig.of(
                guest.name + "-" + id,
                new BootImage(kernel, null, guest.commandLine),
                console,
                HostServices.system())
            .withHost(directory.host())
            .withVcpus(guest.vcpus)
            .withWindow(window);
    Vm vm = Vm.create(config, new RiscvAccelerator());
    members.add(new Member(vm, directory.join(vm, id, Quota.DEFAULT, GuestFrontEnds.ALL), console));
  }

  /** Returns the grants of one channel, which both sides may read, write and ring. */
  public static List<Grant> channel(String name, int publisher, int subscriber) {
    return List.of(
        new Grant.Publish(publisher, KEY, KEY, 1 << 23, Layout.RAW, name, UNLIMITED),
        new Grant.Subscribe(subscriber, publisher, KEY, KEY, true, UNLIMITED));
  }

  public CommonClock clock() {
    return clock;
  }

  public HostEndpoint host() {
    return host;
  }

  /**
   * Joins a guest's channel with Java code, as soon as the guest has published it.
   *
   * @param publisher the guest's id
   */
  public HostChannel hostJoins(int publisher) {
    long end = clock.nanos() + DEADLINE.toNanos();
    while (true) {
      try {
        return host.subscribe(new ChannelId(publisher, KEY));
      } catch (RefusedException e) {
        if (clock.nanos() > end) {
          throw new BenchmarkException("the guest has published no channel: " + e.getMessage());
        }
        Thread.onSpinWait();
      }
    }
  }

  /** Returns the directory's state, as those see it who look on. */
  public DirectorySnapshot snapshot() {
    return directory.snapshot();
  }

  /** Returns the endpoint of a VM, by its id. */
  public VmEndpoint endpoint(int id) {
    return members.get(id - 1).endpoint;
  }

  /** Returns a VM by its id. */
  public Vm vm(int id) {
    return members.get(id - 1).vm;
  }

  /** Boots all VMs, in order. */
  public JoinedGuests boot() {
    members.forEach(member -> member.vm.boot());
    return this;
  }

  /** Suspends all VMs; time goes on. */
  public void suspend() {
    for (Member member : members) {
      settle(member, Vm::suspend);
    }
  }

  /** Resumes all VMs, the last one first: it listens. */
  public void resume() {
    for (Member member : members.reversed()) {
      settle(member, Vm::resume);
    }
  }

  private static void settle(Member member, Consumer<Vm> change) {
    try {
      change.accept(member.vm);
    } catch (IllegalStateException e) {
      throw new BenchmarkException(
          "%s: %s; it printed: %s"
              .formatted(member.vm.name(), e.getMessage(), member.console.text().strip()));
    }
  }

  /** Waits until bells have been rung so often. */
  public void awaitRings(long rings, Duration limit) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    while (rings() < rings) {
      if (System.nanoTime() - end > 0) {
        throw new BenchmarkException("no bell has rung within " + limit);
      }
      Thread.sleep(1);
    }
  }

  /** Returns how often bells have been rung. */
  public long rings() {
    return directory.snapshot().rings();
  }

  /**
   * Waits for all VMs to end.
   *
   * @throws BenchmarkException if one does not power off well
   */
  public void awaitEnd() throws InterruptedException {
    for (Member member : members) {
      Optional<StopReason> reason = member.vm.awaitStop(DEADLINE);
      if (!(reason.orElse(null) instanceof StopReason.PowerOff)) {
        throw new BenchmarkException(
            "%s: %s; it printed: %s"
                .formatted(
                    member.vm.name(),
                    reason.map(StopReason::describe).orElse("no end within " + DEADLINE),
                    member.console.text().strip()));
      }
    }
  }

  /** Returns the numbers that the pattern's groups find in the output of a guest. */
  public double[] printed(int id, Pattern pattern) {
    String text = members.get(id - 1).console.text();
    Matcher found = pattern.matcher(text);
    if (!found.find()) {
      throw new BenchmarkException(
          "%s printed no result: %s".formatted(vm(id).name(), text.strip()));
    }
    double[] numbers = new double[found.groupCount()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = Double.parseDouble(found.group(i + 1));
    }
    return numbers;
  }

  @Override
  public void close() {
    members.forEach(member -> member.vm.close());
    directory.close();
  }
}
