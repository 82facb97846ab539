// SPDX-License-Identifier: Apache-2.0

/** Messages over shared memory, in rings that need nothing but the JDK. */
module tombolo.ring {
  requires static org.jspecify;

  exports tombolo.ring;
  exports tombolo.ring.axvisor;
  exports tombolo.ring.channel;
}
