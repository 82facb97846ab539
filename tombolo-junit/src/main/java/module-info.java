// SPDX-License-Identifier: Apache-2.0

/** Tests of guests: a JUnit extension that runs a topology in the test's own process. */
module tombolo.junit {
  requires transitive tombolo.sim;
  requires transitive tombolo.topology;
  requires transitive org.junit.jupiter.api;
  requires static org.jspecify;

  exports tombolo.junit;
}
