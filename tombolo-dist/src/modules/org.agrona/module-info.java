// SPDX-License-Identifier: Apache-2.0

/** What Agrona's jar would say of itself, as far as Aeron and the bridges need it. */
module org.agrona {
  requires static java.compiler;
  requires static java.management;

  exports org.agrona;
  exports org.agrona.checksum;
  exports org.agrona.collections;
  exports org.agrona.concurrent;
  exports org.agrona.concurrent.broadcast;
  exports org.agrona.concurrent.errors;
  exports org.agrona.concurrent.ringbuffer;
  exports org.agrona.concurrent.status;
  exports org.agrona.hints;
  exports org.agrona.io;
  exports org.agrona.nio;
}
