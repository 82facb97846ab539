// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import tombolo.ivc.abi.ChannelId;
import tombolo.ivc.abi.Shape;
import tombolo.ivc.bell.Inbox;
import tombolo.ivc.grant.Quota;
import tombolo.machine.Vm;
import tombolo.machine.pci.GpaWindow;

/**
 * A VM that publishes and subscribes. Its guest does so through a {@link FrontEnd}; Java code can
 * do so on its behalf, and what either of them joins, the VM leaves at the end of its run. Made by
 * {@link Directory#join(Vm, int, Quota, FrontEnd)}.
 */
public final class VmEndpoint extends Endpoint {
  private final Vm vm;
  private final GpaWindow window;

  VmEndpoint(Directory directory, int id, Quota quota, Vm vm) {
    super(directory, id, vm.name(), quota, Inbox.Signal.NONE);
    GpaWindow where = vm.window();
    if (where == null) {
      throw new IllegalArgumentException(vm.name() + " was made without a window for channels");
    }
    this.vm = vm;
    this.window = where;
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

  /** Returns the VM. */
  public Vm vm() {
    return vm;
  }

  /** Returns where its guest sees channels. */
  public GpaWindow window() {
    return window;
  }
}
