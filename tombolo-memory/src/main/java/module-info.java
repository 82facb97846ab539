// SPDX-License-Identifier: Apache-2.0

/** Host memory objects, guest physical address spaces (stage 2) and typed guest access. */
module tombolo.memory {
  requires static org.jspecify;

  // javac exports no package without a type: uncomment with the first one.
  // exports tombolo.memory;
}
