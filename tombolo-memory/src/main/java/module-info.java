// SPDX-License-Identifier: Apache-2.0
/**
 * Host memory objects, guest physical address spaces (stage 2) and typed access to them.
 *
 * <p>Lazily zeroed memory and shareable memory need native access ({@code
 * --enable-native-access=tombolo.memory}).
 */
module tombolo.memory {
  requires static transitive org.jspecify;

  exports tombolo.memory;
}
