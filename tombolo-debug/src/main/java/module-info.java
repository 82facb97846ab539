// SPDX-License-Identifier: Apache-2.0

/** GDB's remote protocol: a debugger looks at the vCPUs of a VM, stops them and steps them. */
module tombolo.debug {
  requires transitive tombolo.machine;
  requires static org.jspecify;

  exports tombolo.debug;
}
