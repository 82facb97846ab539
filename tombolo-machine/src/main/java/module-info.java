// SPDX-License-Identifier: Apache-2.0

/** Virtual machines: life cycle, vCPUs and their exits, the device bus and common devices. */
module tombolo.machine {
  requires jdk.jfr;
  requires transitive tombolo.memory;
  requires static org.jspecify;

  exports tombolo.machine;
  exports tombolo.machine.console;
  exports tombolo.machine.debug;
  exports tombolo.machine.device;
  exports tombolo.machine.fdt;
  exports tombolo.machine.folder;
  exports tombolo.machine.host;
  exports tombolo.machine.image;
  exports tombolo.machine.net;
  exports tombolo.machine.pci;
  exports tombolo.machine.power;
  exports tombolo.machine.state;
  exports tombolo.machine.virtio;
  exports tombolo.machine.vsock;
}
