// SPDX-License-Identifier: Apache-2.0

/** Simulation: runs of a topology that follow from a seed, and the search for one that fails. */
module tombolo.sim {
  requires tombolo.ivc;
  requires tombolo.memory;
  requires tombolo.riscv;
  requires transitive tombolo.debug;
  requires transitive tombolo.machine;
  requires transitive tombolo.topology;
  requires static org.jspecify;

  exports tombolo.sim;
  exports tombolo.sim.travel;
}
