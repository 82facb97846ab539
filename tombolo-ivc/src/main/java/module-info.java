// SPDX-License-Identifier: Apache-2.0

/** Channels between VMs: directory, grants, doorbells, front ends for guests, messages. */
module tombolo.ivc {
  requires jdk.jfr;
  requires transitive tombolo.machine;
  requires transitive tombolo.ring;
  requires static org.jspecify;

  exports tombolo.ivc;
  exports tombolo.ivc.abi;
  exports tombolo.ivc.grant;
  exports tombolo.ivc.guest;
  exports tombolo.ivc.message;
}
