// SPDX-License-Identifier: Apache-2.0

/** What the jar of Aeron's client would say of itself. */
module io.aeron.client {
  requires transitive org.agrona;

  exports io.aeron;
  exports io.aeron.command;
  exports io.aeron.exceptions;
  exports io.aeron.logbuffer;
  exports io.aeron.protocol;
  exports io.aeron.security;
  exports io.aeron.status;
}
