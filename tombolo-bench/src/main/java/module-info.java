// SPDX-License-Identifier: Apache-2.0

/** Benchmarks and comparisons with peers. */
module tombolo.bench {
  requires HdrHistogram;
  requires io.aeron.client;
  requires io.aeron.driver;
  requires java.management;
  requires jmh.core;
  requires org.agrona;
  requires org.jctools.core;
  requires tombolo.bridge;
  requires tombolo.debug;
  requires tombolo.ivc;
  requires tombolo.ring;
  requires tombolo.riscv;
  requires tombolo.sim;
  requires static org.jspecify;
}
