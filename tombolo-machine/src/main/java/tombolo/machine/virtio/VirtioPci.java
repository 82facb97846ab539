// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import tombolo.machine.Vm;
import tombolo.machine.device.DeviceBus;
import tombolo.machine.device.MmioDevice;
import tombolo.machine.host.Failures;
import tombolo.machine.host.HostServices;
import tombolo.machine.pci.Msix;
import tombolo.machine.pci.PciBar;
import tombolo.machine.pci.PciCapability;
import tombolo.machine.pci.PciFunction;
import tombolo.machine.pci.PciHost;
import tombolo.machine.pci.PciIdentity;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.memory.GuestMemory;

/**
 * A virtio device as a PCI function (virtio 1.2, 4.1): the modern transport only, so no I/O ports
 * and no legacy driver. BAR 0 has the transport's structures, a page each; BAR 1 is MSI-X, with a
 * vector for the configuration and one for each queue. The bus master bit governs messages, not the
 * rings, which the device's own status does.
 *
 * <p>Owned by the bridge that it is plugged into. Registers are called by vCPU threads, several at
 * once; the package says what locks they take.
 */
public final class VirtioPci implements PciFunction, MmioDevice {
  private static final int VENDOR = 0x1af4;
  private static final int FIRST_DEVICE = 0x1040;
  private static final int REVISION = 1;
  private static final int MAX_QUEUES = 64;
  private static final int MAX_TYPE = 63;

  // BAR 0.
  private static final int PAGE = 0x1000;
  private static final int COMMON = 0;
  private static final int ISR = PAGE;
  private static final int DEVICE = 2 * PAGE;
  private static final int NOTIFY = 3 * PAGE;
  private static final int LENGTH = 4 * PAGE;
  private static final int NOTIFY_STRIDE = 4;
  private static final int MSIX_BAR = 1;

  private final DeviceBus mmio;
  private final VirtioDevice device;
  private final Msix msix;
  private final DeviceState state;
  private final int configLength;
  private final QueueWorker worker;

  /** Ends the VM's run; only logs where no VM is. */
  private volatile Consumer<Throwable> onFailure;

  /** Guarded by state. */
  private final CommonConfig common;

  /**
   * Makes a function that is in no slot yet, with a device that nobody else has attached.
   *
   * @param vmName for the log and the worker's name
   * @param memory where rings and buffers are
   * @param mmio where the BARs answer, and where messages go
   * @param host the VM's
   * @throws IllegalArgumentException if what the device says of itself is out of its range
   */
  public VirtioPci(
      String vmName, GuestMemory memory, DeviceBus mmio, HostServices host, VirtioDevice device) {
    int queues = device.queues();
    if (queues < 1 || queues > MAX_QUEUES || device.type() < 1 || device.type() > MAX_TYPE) {
      throw new IllegalArgumentException(
          "%s: type %d with %d queues".formatted(device.name(), device.type(), queues));
    }
    this.mmio = mmio;
    this.device = device;
    String failure = "device " + device.name() + " failed";
    this.onFailure = cause -> Failures.report(vmName, failure, cause);
    this.msix = new Msix(queues + 1, MSIX_BAR, mmio);
    this.worker =
        new QueueWorker(
            vmName + "/" + device.name(),
            queues,
            host,
            queue -> device.serve(queue(queue)),
            device::lateness,
            this::failed);
    this.state =
        new DeviceState(
            vmName + ": " + device.name(), memory, msix, device, worker::later, this::failed);
    this.configLength = state.configLength();
    this.common = new CommonConfig(state);
    device.attach(state);
    worker.start();
  }

  private void failed(Throwable cause) {
    onFailure.accept(cause);
  }

  private Virtqueue queue(int index) {
    return state.queue(index);
  }

  /**
   * Puts a device into a slot of a VM, before it boots for the first time. At the end of each run
   * every chain is lost, so that no worker of the device writes into what is loaded next.
   *
   * @param slot 1 to 31
   * @throws IllegalArgumentException if the slot is taken
   */
  public static VirtioPci plugIn(Vm vm, int slot, VirtioDevice device) {
    VirtioPci function = new VirtioPci(vm.name(), vm.memory(), vm.mmio(), vm.host(), device);
    String failure = "device " + device.name() + " failed";
    function.onFailure = cause -> vm.fail(failure, cause);
    function.plugIn(vm.board().pci(), slot);
    vm.onRunEnd(function::reset);
    return function;
  }

  /** Puts the function into a slot of a bridge, before the guest runs. */
  public void plugIn(PciHost bridge, int slot) {
    state.line(bridge.add(slot, this));
  }

  /** Returns how often the driver has broken a rule and so the device, since it was made. */
  public long breaches() {
    return state.breaches();
  }

  @Override
  public String name() {
    return device.name();
  }

  @Override
  public PciIdentity identity() {
    return new PciIdentity(VENDOR, FIRST_DEVICE + device.type(), device.classCode(), REVISION);
  }

  @Override
  public List<PciBar> bars() {
    return List.of(PciBar.registers(0, LENGTH, mmio, this));
  }

  @Override
  public List<PciCapability> capabilities() {
    List<PciCapability> all = new ArrayList<>();
    all.add(StructureCapability.of(StructureCapability.COMMON, COMMON, CommonConfig.LENGTH));
    all.add(StructureCapability.of(StructureCapability.ISR, ISR, 1));
    if (configLength > 0) {
      all.add(StructureCapability.of(StructureCapability.DEVICE, DEVICE, configLength));
    }
    int notifyLength = NOTIFY_STRIDE * device.queues();
    all.add(StructureCapability.notify(NOTIFY, notifyLength, NOTIFY_STRIDE));
    all.add(new ConfigAccess(this, LENGTH));
    return all;
  }

  @Override
  public Msix msix() {
    return msix;
  }

  @Override
  public void reset() {
    synchronized (state) {
      state.reset();
      common.reset();
    }
    device.reset();
  }

  @Override
  public void pause() {
    worker.pause();
    state.paused(true);
    device.pause();
  }

  @Override
  public void resume() {
    state.paused(false);
    device.resume();
    worker.resume();
  }

  @Override
  public void save(StateWriter out) {
    synchronized (state) {
      out.part("state", state).part("common", common);
    }
    out.part("worker", worker).part("device", device);
  }

  @Override
  public void restore(StateReader in) {
    synchronized (state) {
      in.part("state", state).part("common", common);
    }
    in.part("worker", worker).part("device", device);
  }

  /** Ends worker and device; waits for the request that is being served, which is lost. */
  @Override
  public void close() {
    reset();
    worker.close();
    device.close();
  }

  @Override
  public long read(long offset, int size) {
    int at = (int) offset % PAGE;
    return switch ((int) offset - at) {
      case COMMON -> {
        synchronized (state) {
          yield common.read(at, size);
        }
      }
      case ISR -> {
        synchronized (state) {
          yield at == 0 ? state.takeIsr() : 0;
        }
      }
      case DEVICE -> readConfig(at, size);
      default -> 0;
    };
  }

  private long readConfig(int at, int size) {
    byte[] config;
    synchronized (state) {
      config = state.readConfig();
    }
    long value = 0;
    for (int i = size - 1; i >= 0; i--) {
      value = value << 8 | (at + i < config.length ? config[at + i] & 0xff : 0);
    }
    return value;
  }

  @Override
  public void write(long offset, int size, long value) {
    int at = (int) offset % PAGE;
    switch ((int) offset - at) {
      case COMMON -> {
        if (at == CommonConfig.DEVICE_STATUS && (value & 0xff) == 0) {
          reset();
          return;
        }
        boolean starts;
        synchronized (state) {
          boolean before = state.started();
          common.write(at, size, value);
          starts = !before && state.started();
        }
        if (starts) {
          device.started();
        }
      }
      case DEVICE -> {
        if (at + size <= configLength) {
          device.writeConfig(at, size, value);
        }
      }
      case NOTIFY -> {
        if (at % NOTIFY_STRIDE == 0 && at / NOTIFY_STRIDE < state.queues.size()) {
          notifyQueue(at / NOTIFY_STRIDE);
        }
      }
      default -> {
        // The ISR status is read-only.
      }
    }
  }

  /** Notifies of a queue. The address names it, and so does the value that is stored. */
  private void notifyQueue(int index) {
    Virtqueue queue = state.queue(index);
    if (queue.isLive()) {
      worker.run(index, () -> device.notified(queue));
    }
  }
}
