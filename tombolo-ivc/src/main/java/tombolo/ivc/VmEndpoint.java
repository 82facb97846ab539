// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import tombolo.machine.Vm;
import tombolo.machine.pci.GpaWindow;
import tombolo.machine.pci.PciSlots;

/**
 * A VM that publishes and subscribes. Its guest does so through the {@link IvcDevice} or {@link
 * AxvisorCalls}; Java code can do so on its behalf, and what either of them joins, the VM leaves at
 * the end of its run. Made by {@link Directory#join(Vm, int, Quota)}.
 */
public final class VmEndpoint extends Endpoint {
  private final Vm vm;
  private final GpaWindow window;

  VmEndpoint(Directory directory, int id, Quota quota, Vm vm) {
    super(directory, id, vm.name(), quota, Silence.INSTANCE);
    GpaWindow where = vm.window();
    if (where == null) {
      throw new IllegalArgumentException(vm.name() + " was made without a window for channels");
    }
    this.vm = vm;
    this.window = where;
  }

  /** Adds the device and the hypercalls to the VM, which has not booted yet. */
  void install() {
    IvcDevice device = new IvcDevice(this, vm, window);
    device.plugIn(vm.board().pci(), PciSlots.IVC);
    new AxvisorCalls(this, vm.memory(), device).register(vm.hypercalls());
    vm.onRunEnd(this::leaveAll);
  }

  @Override
  public VmChannel publish(long key, Shape shape) {
    return (VmChannel) super.publish(key, shape);
  }

  @Override
  public VmChannel subscribe(ChannelId channelId) {
    return (VmChannel) super.subscribe(channelId);
  }

  @Override
  Attachment attachment(Attachment.Terms terms) {
    return new VmChannel(terms, window);
  }

  /** Of an endpoint whose device is not there yet. */
  private enum Silence implements Inbox.Signal {
    INSTANCE;

    @Override
    public void changed(boolean bells, boolean events) {}

    @Override
    public void pulse() {}
  }

  /** The VM, for people who look at it. */
  public Vm vm() {
    return vm;
  }
}
