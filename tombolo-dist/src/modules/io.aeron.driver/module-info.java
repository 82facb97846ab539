// SPDX-License-Identifier: Apache-2.0

/** What the jar of Aeron's media driver would say of itself, as far as the bridges need it. */
module io.aeron.driver {
  requires transitive io.aeron.client;

  exports io.aeron.driver;
}
