// SPDX-License-Identifier: Apache-2.0

/** Tests of guests: a JUnit extension that runs a topology in the test's own process. */
module tombolo.junit {
  requires tombolo.cli; // reads topology files and makes their VMs
  requires transitive org.junit.jupiter.api;
  requires transitive tombolo.ivc;
  requires static org.jspecify;

  exports tombolo.junit;
}
