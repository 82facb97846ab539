// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc.guest;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tombolo.ivc.Endpoint;
import tombolo.ivc.GuestOperations;
import tombolo.ivc.VmEndpoint;
import tombolo.ivc.abi.RefusedException;
import tombolo.ivc.abi.Status;
import tombolo.machine.Vm;
import tombolo.machine.device.InterruptLine;
import tombolo.machine.device.MmioDevice;
import tombolo.machine.pci.GpaWindow;
import tombolo.machine.pci.Msix;
import tombolo.machine.pci.PciBar;
import tombolo.machine.pci.PciFunction;
import tombolo.machine.pci.PciHost;
import tombolo.machine.pci.PciIdentity;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.machine.state.Stateful;
import tombolo.memory.Access;
import tombolo.memory.HostMemory;

/**
 * The device by which a guest joins channels: a PCI function with registers and a window, as
 * docs/abi.md defines it to the bit. It translates; the VM's {@link VmEndpoint} does what is asked.
 *
 * <p>vCPU threads call its registers, several at once. Its own lock guards what the line and the
 * message follow from, and is held while they are set and sent. It is taken after the inbox's,
 * which tells the device what waits in the order in which that changes, and before the interrupt
 * controller's.
 */
final class IvcDevice implements PciFunction, MmioDevice, GuestOperations.Signal, Stateful {
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

  private final VmEndpoint endpoint;
  private final GuestOperations operations;
  private final Vm vm;
  private final GpaWindow window;
  private final HostMemory mailbox;
  private final Requests requests;
  private final Msix msix;

  private volatile int bellStatus;
  private volatile int callStatus;

  // Guarded by this: the wire to the guest, what waits, of what the guest wants to be told, and
  // whether a message was sent because of it.
  private @Nullable InterruptLine line;
  private int pending;
  private int enable;
  private boolean told;

  IvcDevice(VmEndpoint endpoint) {
    this.endpoint = endpoint;
    this.operations = GuestOperations.withEvents(endpoint);
    this.vm = endpoint.vm();
    this.window = endpoint.window();
    this.mailbox = HostMemory.allocate(HostMemory.PAGE_SIZE);
    this.requests = new Requests(endpoint, operations, mailbox.segment());
    this.msix = new Msix(1, MSIX_BAR, vm.mmio());
  }

  /** Puts the device behind a bridge, from where it reaches its guest. */
  void plugIn(PciHost bridge, int slot) {
    boolean plugged = false;
    try {
      window.map(0, HostMemory.PAGE_SIZE, mailbox, 0, Access.READ_WRITE);
      InterruptLine wire = bridge.add(slot, this);
      synchronized (this) {
        line = wire;
      }
      plugged = true;
    } finally {
      if (!plugged) {
        mailbox.close(); // the bridge, which closes its functions, does not have this one
      }
    }
    operations.onPending(this);
  }

  @Override
  public synchronized void changed(boolean bells, boolean events) {
    pending = (bells ? BELLS : 0) | (events ? EVENTS : 0);
    tellGuest();
  }

  @Override
  public void pulse() {
    vm.injectInterrupt(vm.allVcpus(), vm.boardModel().spareInterrupt());
  }

  /**
   * Sets the line to what is pending and enabled, and sends the message when that becomes more than
   * nothing. With the lock held.
   */
  private void tellGuest() {
    boolean wanted = (pending & enable) != 0;
    if (line != null) {
      line.set(wanted);
    }
    if (wanted && !told) {
      msix.signal(0);
    }
    told = wanted;
  }

  private synchronized void enable(int wanted) {
    enable = wanted;
    told = false; // a handler that leaves something waiting is told of it again
    tellGuest();
  }

  private synchronized void disable() {
    enable = 0;
    tellGuest();
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

  /** Gives up the mailbox, which is freed when the VM no longer maps it. */
  @Override
  public void close() {
    mailbox.close();
  }

  /** Returns to the state of power-on; the VM's endpoint has left everything by now. */
  @Override
  public void reset() {
    disable();
    bellStatus = 0;
    callStatus = 0;
    mailbox.segment().fill((byte) 0);
  }

  /**
   * Leaves what the guest's driver had joined, because the driver has gone. This is how Linux tells
   * of a process that drove the device through uio_pci_generic, however the process ended.
   */
  @Override
  public void mastershipEnded() {
    disable();
    try {
      operations.leaveJoined();
    } catch (RefusedException e) {
      // Counted and logged: the run ends, or the host could not unmap something.
    }
  }

  @Override
  public void save(StateWriter out) {
    synchronized (this) {
      out.number(pending).number(enable).flag(told);
    }
    out.number(bellStatus).number(callStatus);
    out.bytes(mailbox.segment().toArray(ValueLayout.JAVA_BYTE));
  }

  /** Restores registers and mailbox and sets the line, but sends no message. */
  @Override
  public void restore(StateReader in) {
    synchronized (this) {
      pending = in.int32(0, BELLS | EVENTS);
      enable = in.int32(0, BELLS | EVENTS);
      told = in.flag();
      if (told != ((pending & enable) != 0)) {
        throw in.wrong("what waits was not told as it is enabled");
      }
      if (line != null) {
        line.set(told);
      }
    }
    bellStatus = in.int32();
    callStatus = in.int32();
    byte[] saved = in.bytes((int) HostMemory.PAGE_SIZE);
    if (saved.length != HostMemory.PAGE_SIZE) {
      throw in.wrong("a mailbox of %d bytes".formatted(saved.length));
    }
    mailbox.segment().copyFrom(MemorySegment.ofArray(saved));
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
          case BELL -> operations.takeBell();
          case PENDING -> pending();
          case ENABLE -> enabled();
          case BELL_STATUS -> bellStatus;
          case CALL_STATUS -> callStatus;
          default -> 0;
        };
    return Integer.toUnsignedLong(value);
  }

  private synchronized int pending() {
    return pending;
  }

  private synchronized int enabled() {
    return enable;
  }

  @Override
  public void write(long offset, int size, long value) {
    int at = (int) offset;
    if (at == DOORBELL && size == 8) {
      ring((int) value, (int) (value >>> 32));
    } else if (size == 4) {
      switch (at) {
        case REQUEST -> requests.execute((int) value);
        case ENABLE -> enable((int) value & (BELLS | EVENTS));
        case DOORBELL -> ring((int) value, Endpoint.EVERY_PEER);
        default -> {
          // Read-only, or nothing: the store is ignored.
        }
      }
    }
  }

  private void ring(int handle, int target) {
    try {
      endpoint.ring(operations.require(handle), target);
      bellStatus = Status.DONE.code();
    } catch (RefusedException e) {
      bellStatus = e.status().code();
    }
  }
}
