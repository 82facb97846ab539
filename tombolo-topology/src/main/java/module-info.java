// SPDX-License-Identifier: Apache-2.0

/** Topologies: the files that describe them, and the one way to run their VMs. */
module tombolo.topology {
  requires jdk.management; // how much memory the host has
  requires org.tomlj;
  requires transitive tombolo.ivc;
  requires transitive tombolo.machine;
  requires tombolo.riscv;
  requires static org.jspecify;

  exports tombolo.topology;
  exports tombolo.topology.file;
  exports tombolo.topology.run;
}
