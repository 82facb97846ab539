// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import java.util.List;
import tombolo.machine.Vm;
import tombolo.machine.device.InterruptLine;
import tombolo.machine.device.MmioDevice;
import tombolo.machine.pci.GpaWindow;
import tombolo.machine.pci.Msix;
import tombolo.machine.pci.PciBar;
import tombolo.machine.pci.PciFunction;
import tombolo.machine.pci.PciHost;
import tombolo.machine.pci.PciIdentity;
import tombolo.memory.Access;
import tombolo.memory.HostMemory;

/**
 * The device by which a guest joins channels: a PCI function with registers and a window, as
 * docs/abi.md defines it to the bit. It translates; what is asked is done by the VM's {@link
 * Endpoint}.
 *
 * <p>Registers are called by vCPU threads, several at once. What the line and the message are
 * derived from is guarded by the endpoint's inbox, under whose lock they are set and sent.
 */
final class IvcDevice implements PciFunction, MmioDevice {
  static final PciIdentity IDENTITY = new PciIdentity(0x1234, 0x1ac0, 0x058000, 1);
  static final int REGISTERS = 4096;

  private static final int ID = 0x00;
  private static final int VERSION = 0x04;
  private static final int FEATURES = 0x08;
  private static final int VM = 0x10;
  private static final int SLOTS = 0x14;
  private static final int WINDOW = 0x18;
  private static final int REQUEST = 0x20;
  private static final int BELL = 0x24;
  private static final int PENDING = 0x28;
  private static final int ENABLE = 0x2c;
  private static final int DOORBELL = 0x30;
  private static final int BELL_STATUS = 0x38;
  private static final int CALL_STATUS = 0x3c;

  private static final int MAGIC = 0x4f424d54;
  private static final int VERSION_1_0 = 1 << 16;
  private static final long FEATURE_WORD = 0xf;
  private static final int MSIX_BAR = 1;
  private static final int BELLS = 1;
  private static final int EVENTS = 2;

  private final Endpoint endpoint;
  private final Vm vm;
  private final GpaWindow window;
  private final HostMemory mailbox;
  private final Requests requests;
  private final Msix msix;

  private volatile int enable;
  private volatile int bellStatus;
  private volatile int callStatus;

  // Written and read under the inbox's lock: what waits, and whether a message was sent because
  // of it.
  private int pending;
  private boolean told;

  IvcDevice(VmEndpoint endpoint, Vm vm, GpaWindow window) {
    this.endpoint = endpoint;
    this.vm = vm;
    this.window = window;
    this.mailbox = HostMemory.allocate(HostMemory.PAGE_SIZE);
    this.requests = new Requests(endpoint, mailbox.segment());
    this.msix = new Msix(1, MSIX_BAR, vm.mmio());
  }

  /** Puts the device behind a bridge, from where it reaches its guest. */
  void plugIn(PciHost bridge, int slot) {
    window.map(0, HostMemory.PAGE_SIZE, mailbox, 0, Access.READ_WRITE);
    InterruptLine line = bridge.add(slot, this);
    endpoint.inbox.signal(new Line(line));
  }

  /**
   * The line to the guest, always as what is pending and enabled says; and the message, sent when
   * that becomes more than nothing.
   */
  private final class Line implements Inbox.Signal {
    private final InterruptLine line;

    Line(InterruptLine line) {
      this.line = line;
    }

    @Override
    public void changed(boolean bells, boolean events) {
      pending = (bells ? BELLS : 0) | (events ? EVENTS : 0);
      boolean wanted = (pending & enable) != 0;
      line.set(wanted);
      if (wanted && !told) {
        msix.signal(0);
      }
      told = wanted;
    }

    @Override
    public void pulse() {
      vm.injectInterrupt(vm.allVcpus(), vm.board().ivcInterrupt());
    }
  }

  @Override
  public String name() {
    return "ivc";
  }

  @Override
  public PciIdentity identity() {
    return IDENTITY;
  }

  @Override
  public List<PciBar> bars() {
    return List.of(
        PciBar.registers(0, REGISTERS, vm.mmio(), this),
        new PciBar(2, window.size(), true, true, window));
  }

  @Override
  public Msix msix() {
    return msix;
  }

  /** Gives the mailbox up; it is freed when the VM no longer maps it. */
  @Override
  public void close() {
    mailbox.close();
  }

  /** The VM's endpoint has left everything by now. */
  @Override
  public void reset() {
    enable = 0;
    bellStatus = 0;
    callStatus = 0;
    endpoint.inbox.tellAgain();
    mailbox.segment().fill((byte) 0);
  }

  /**
   * A guest's driver has gone, for example a process of Linux that drove the device through
   * uio_pci_generic, which tells so however the process ended. What it had joined is left.
   */
  @Override
  public void mastershipEnded() {
    enable = 0;
    try {
      endpoint.leaveJoinedByDevice();
    } catch (RefusedException e) {
      // Counted and logged: the run ends, or the host could not unmap something.
    }
    endpoint.inbox.tellAgain();
  }

  /** Notes how a hypercall has ended, for a guest that got −1. */
  void callEnded(Status status) {
    callStatus = status.code();
  }

  @Override
  public long read(long offset, int size) {
    int at = (int) offset;
    if ((at & (size - 1)) != 0) {
      return 0;
    }
    return switch (size) {
      case 4 -> read32(at);
      case 8 -> read64(at);
      default -> 0;
    };
  }

  private long read64(int at) {
    return switch (at) {
      case FEATURES -> FEATURE_WORD;
      case WINDOW -> window.size();
      default -> 0;
    };
  }

  private long read32(int at) {
    int value =
        switch (at) {
          case ID -> MAGIC;
          case VERSION -> VERSION_1_0;
          case FEATURES -> (int) FEATURE_WORD;
          case VM -> endpoint.id();
          case SLOTS -> Requests.SLOTS;
          case WINDOW -> (int) window.size();
          case WINDOW + 4 -> (int) (window.size() >>> 32);
          case BELL -> takeBell();
          case PENDING -> pending();
          case ENABLE -> enable;
          case BELL_STATUS -> bellStatus;
          case CALL_STATUS -> callStatus;
          default -> 0;
        };
    return Integer.toUnsignedLong(value);
  }

  private int takeBell() {
    Attachment rung = endpoint.inbox.takeBell();
    return rung == null ? 0 : rung.handle();
  }

  private int pending() {
    synchronized (endpoint.inbox) {
      return pending;
    }
  }

  @Override
  public void write(long offset, int size, long value) {
    int at = (int) offset;
    if (at == DOORBELL && size == 8) {
      ring((int) value, (int) (value >>> 32));
    } else if (size == 4) {
      switch (at) {
        case REQUEST -> requests.execute((int) value);
        case ENABLE -> {
          synchronized (endpoint.inbox) {
            enable = (int) value & (BELLS | EVENTS);
            told = false; // a handler that leaves something waiting is told of it again
            endpoint.inbox.tellAgain();
          }
        }
        case DOORBELL -> ring((int) value, Endpoint.EVERY_PEER);
        default -> {
          // Read-only, or nothing: the store is ignored.
        }
      }
    }
  }

  private void ring(int handle, int target) {
    try {
      endpoint.ring(handle, target);
      bellStatus = Status.DONE.code();
    } catch (RefusedException e) {
      bellStatus = e.status().code();
    }
  }
}
