// SPDX-License-Identifier: Apache-2.0

/** Rings of channels that continue on other hosts, over Aeron. */
module tombolo.bridge {
  requires io.aeron.client;
  requires io.aeron.driver;
  requires jdk.jfr;
  requires org.agrona;
  requires tombolo.machine;
  requires tombolo.ring;
  requires transitive tombolo.ivc;
  requires transitive tombolo.topology;
  requires static org.jspecify;

  exports tombolo.bridge;
}
