// SPDX-License-Identifier: Apache-2.0

/** Channels for Java inside a Linux guest. */
module tombolo.guest {
  requires transitive tombolo.ring;
  requires static org.jspecify;

  exports tombolo.guest;
}
