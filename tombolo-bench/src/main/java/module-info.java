// SPDX-License-Identifier: Apache-2.0

/** Benchmarks and comparisons with peers. */
module tombolo.bench {
  requires java.management;
  requires jmh.core;
  requires tombolo.ivc;
  requires tombolo.riscv;
  requires static org.jspecify;
}
