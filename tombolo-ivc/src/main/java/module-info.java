// SPDX-License-Identifier: Apache-2.0

/**
 * Channels between VMs: directory, grants, doorbells, and the devices that guests reach them by.
 */
module tombolo.ivc {
  requires jdk.jfr;
  requires transitive tombolo.machine;
  requires transitive tombolo.ring;
  requires static org.jspecify;

  exports tombolo.ivc;
}
