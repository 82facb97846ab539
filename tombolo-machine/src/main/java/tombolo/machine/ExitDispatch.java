// SPDX-License-Identifier: Apache-2.0
package tombolo.machine;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tombolo.machine.device.DeviceBus;
import tombolo.machine.power.GuestFault;
import tombolo.machine.power.PowerControl;
import tombolo.machine.power.StopReason;
import tombolo.memory.GuestMemory;
import tombolo.memory.MemoryRegion;

/**
 * Acts on the exits of one VM's vCPUs: devices, hypercalls, the end of the VM. Called by each
 * vCPU's worker; holds no lock.
 */
final class ExitDispatch {
  private final GuestMemory memory;
  private final DeviceBus mmio;
  private final DeviceBus ports;
  private final HypercallTable hypercalls;
  private final PowerControl power;
  private final VmStatistics statistics;
  private final UnknownAccessLog unknown;

  ExitDispatch(
      GuestMemory memory,
      DeviceBus mmio,
      DeviceBus ports,
      HypercallTable hypercalls,
      PowerControl power,
      VmStatistics statistics,
      UnknownAccessLog unknown) {
    this.memory = memory;
    this.mmio = mmio;
    this.ports = ports;
    this.hypercalls = hypercalls;
    this.power = power;
    this.statistics = statistics;
    this.unknown = unknown;
  }

  /**
   * Completes an exit, so that the vCPU can run on.
   *
   * @throws DeviceFailure if a device or a hypercall handler throws
   */
  void handle(Vcpu vcpu, VcpuExit exit) {
    statistics.countExit(vcpu.index(), ExitKind.of(exit));
    switch (exit) {
      case VcpuExit.MmioRead(long gpa, int size) -> {
        DeviceBus.Slot slot = mmio.find(gpa, size);
        if (slot != null) {
          vcpu.completeRead(read(slot, gpa, size));
        } else {
          reportUnknown(vcpu, "load", "guest physical address", gpa, size);
          vcpu.rejectAccess();
        }
      }
      case VcpuExit.MmioWrite(long gpa, int size, long value) -> {
        DeviceBus.Slot slot = mmio.find(gpa, size);
        if (slot != null) {
          write(slot, gpa, size, value);
        } else {
          reportStore(vcpu, gpa, size);
          vcpu.rejectAccess();
        }
      }
      case VcpuExit.MmioRefused(long gpa, int size, boolean store) -> {
        if (store) {
          reportStore(vcpu, gpa, size);
        } else {
          reportUnknown(vcpu, "load", "guest physical address", gpa, size);
        }
        vcpu.rejectAccess();
      }
      case VcpuExit.PortRead(int port, int size) -> {
        DeviceBus.Slot slot = ports.find(port, size);
        if (slot != null) {
          vcpu.completeRead(read(slot, port, size));
        } else {
          // A bus that nobody drives reads all ones; there is no error to give.
          reportUnknown(vcpu, "read", "port", port, size);
          vcpu.completeRead(-1);
        }
      }
      case VcpuExit.PortWrite(int port, int size, long value) -> {
        DeviceBus.Slot slot = ports.find(port, size);
        if (slot != null) {
          write(slot, port, size, value);
        } else {
          reportUnknown(vcpu, "write", "port", port, size);
        }
      }
      case VcpuExit.Hypercall(long code) -> vcpu.completeHypercall(hypercall(vcpu, code));
      case VcpuExit.Kicked _, VcpuExit.Waiting _, VcpuExit.BudgetUsed _, VcpuExit.Preempted _ -> {
        // The caller looks at what is wanted of it before it runs the vCPU again.
      }
      case VcpuExit.SystemEvent(StopReason reason) -> power.request(reason);
      case VcpuExit.Stuck(GuestFault fault) -> power.request(new StopReason.Fault(fault));
    }
  }

  private static long read(DeviceBus.Slot slot, long address, int size) {
    try {
      return slot.device().read(address - slot.base(), size);
    } catch (RuntimeException | Error e) {
      throw DeviceFailure.of(slot.device().name(), "read", address, size, e);
    }
  }

  private static void write(DeviceBus.Slot slot, long address, int size, long value) {
    try {
      slot.device().write(address - slot.base(), size, value);
    } catch (RuntimeException | Error e) {
      throw DeviceFailure.of(slot.device().name(), "write", address, size, e);
    }
  }

  private long hypercall(Vcpu vcpu, long code) {
    @Nullable HypercallHandler handler = hypercalls.find(code);
    if (handler == null) {
      statistics.countUnknownHypercall();
      return HypercallTable.UNKNOWN;
    }
    try {
      return handler.handle(vcpu::hypercallArgument);
    } catch (RuntimeException | Error e) {
      throw new DeviceFailure("hypercall 0x%x failed".formatted(code), e);
    }
  }

  /** A store that no device answers, to memory that the guest may only read or to nothing. */
  private void reportStore(Vcpu vcpu, long gpa, int size) {
    @Nullable MemoryRegion region = memory.regionAt(gpa);
    // Memory that can be written was mapped after the vCPU had found nothing there.
    if (region == null || region.access().canWrite()) {
      reportUnknown(vcpu, "store", "guest physical address", gpa, size);
    } else {
      statistics.countReadOnlyStore();
      unknown.addReadOnlyStore(vcpu.index(), gpa, size);
    }
  }

  private void reportUnknown(Vcpu vcpu, String what, String where, long address, int size) {
    statistics.countUnknownAccess();
    unknown.add(vcpu.index(), what, where, address, size);
  }

  /** A device or a hypercall handler has thrown, which is a mistake of ours and not the guest's. */
  static final class DeviceFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DeviceFailure(String message, Throwable cause) {
      super(message, cause);
    }

    static DeviceFailure of(String device, String what, long address, int size, Throwable cause) {
      return new DeviceFailure(
          String.format(
              Locale.ROOT, "device %s: %s of %d bytes at 0x%x failed", device, what, size, address),
          cause);
    }
  }
}
