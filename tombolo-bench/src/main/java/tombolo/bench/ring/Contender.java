// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring;

import java.util.List;
import java.util.Locale;

/**
 * Who sends messages. A fork has one of them, and its peers' classes are never loaded there; hence
 * the switch, which loads nothing but what it makes.
 */
enum Contender {
  /** {@code offer} and {@code drain}. */
  TOMBOLO,
  /** {@code tryClaim}, the message written in place, {@code commit}, and {@code drain}. */
  TOMBOLO_CLAIM,
  /** Agrona's OneToOneRingBuffer. */
  AGRONA_ONE_TO_ONE,
  /** Agrona's ManyToOneRingBuffer with one producer. */
  AGRONA_MANY_TO_ONE,
  /** Aeron IPC with terms as long as they are unless told otherwise. */
  AERON,
  /** Aeron IPC with terms as long as the others' buffers. */
  AERON_1M,
  /** JCTools' SpscArrayQueue: references, so no payload and no second process. */
  JCTOOLS,
  /** A blocking Unix-domain socket. */
  UNIX_SOCKET,
  /** A blocking pipe. */
  PIPE,
  /** No message at all: the same bytes copied by one thread. */
  MEMCPY;

  /** Tombolo's own. */
  static final List<Contender> OWN = List.of(TOMBOLO, TOMBOLO_CLAIM);

  /** The rings for messages in shared memory that Tombolo is to be faster than. */
  static final List<Contender> PEERS =
      List.of(AGRONA_ONE_TO_ONE, AGRONA_MANY_TO_ONE, AERON, AERON_1M);

  /** As on the command line and in figures. */
  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Returns what Tombolo's figures of comparisons begin with. */
  String prefix() {
    return this == TOMBOLO_CLAIM ? "claim-" : "";
  }

  /** Returns whether its ends sleep where there is nothing to do, and not spin. */
  boolean blocks() {
    return this == UNIX_SOCKET || this == PIPE;
  }

  /** Returns whether messages arrive. */
  boolean hasLatency() {
    return this != MEMCPY;
  }

  /** Returns whether there is anything to learn from it there. */
  boolean takesPart(boolean twoProcesses, Size size) {
    return switch (this) {
      // A reference is as large as another.
      case JCTOOLS -> !twoProcesses && size == Size.BYTES_24;
      case MEMCPY -> size == Size.KIB_64;
      default -> true;
    };
  }

  /** What its JVM has to allow. */
  List<String> jvmFlags() {
    return switch (this) {
      // Only for these peers, in their own JVMs: Tombolo's must do without.
      case AGRONA_ONE_TO_ONE, AGRONA_MANY_TO_ONE, AERON, AERON_1M ->
          List.of("--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED");
      case JCTOOLS -> List.of("--sun-misc-unsafe-memory-access=allow");
      default -> List.of();
    };
  }

  Medium open(Place place, Size size) {
    int bytes = size.bytes();
    return switch (this) {
      case TOMBOLO -> new TomboloMedium(place, bytes, false);
      case TOMBOLO_CLAIM -> new TomboloMedium(place, bytes, true);
      case AGRONA_ONE_TO_ONE -> AgronaMedium.oneToOne(place, bytes);
      case AGRONA_MANY_TO_ONE -> AgronaMedium.manyToOne(place, bytes);
      case AERON -> new AeronMedium(place, bytes, AeronMedium.DEFAULT_TERM);
      case AERON_1M -> new AeronMedium(place, bytes, Place.CAPACITY);
      case JCTOOLS -> new QueueMedium(bytes);
      case UNIX_SOCKET -> new SocketMedium(place, bytes);
      case PIPE -> new PipeMedium(place, bytes);
      case MEMCPY -> throw new IllegalArgumentException("memcpy has no ends");
    };
  }
}
