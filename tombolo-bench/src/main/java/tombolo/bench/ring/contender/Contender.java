// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring.contender;

import java.util.List;
import java.util.Locale;

/**
 * A way to send messages. A fork has one of them, and never loads the classes of the others. Hence
 * the switch, which loads only what it makes.
 */
public enum Contender {
  /** Tombolo with {@code offer} and {@code drain}. */
  TOMBOLO,
  /** Tombolo with {@code tryClaim}, the message written in place, {@code commit}, {@code drain}. */
  TOMBOLO_CLAIM,
  /** Agrona's OneToOneRingBuffer. */
  AGRONA_ONE_TO_ONE,
  /** Agrona's ManyToOneRingBuffer with one producer. */
  AGRONA_MANY_TO_ONE,
  /** Aeron IPC with terms of the default size. */
  AERON,
  /** Aeron IPC with terms as long as the others' buffers. */
  AERON_1M,
  /** JCTools' SpscArrayQueue: references, so no payload and no second process. */
  JCTOOLS,
  /** A blocking Unix-domain socket. */
  UNIX_SOCKET,
  /** A blocking pipe. */
  PIPE,
  /** No messages: one thread copies the same bytes. */
  MEMCPY,
  /** A ring that a bridge continues in a ring of another host. */
  BRIDGE,
  /** Aeron over UDP, to another host. */
  AERON_UDP;

  /** The contenders that are Tombolo's. */
  public static final List<Contender> OWN = List.of(TOMBOLO, TOMBOLO_CLAIM, BRIDGE);

  /** The contenders that send to another host. */
  public static final List<Contender> REMOTE = List.of(BRIDGE, AERON_UDP);

  /** The rings for messages in shared memory that Tombolo is to be faster than. */
  public static final List<Contender> PEERS =
      List.of(AGRONA_ONE_TO_ONE, AGRONA_MANY_TO_ONE, AERON, AERON_1M);

  /** Returns the name on the command line and in figures. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Returns the prefix of the figures that compare this contender of Tombolo's. */
  public String prefix() {
    return this == TOMBOLO_CLAIM ? "claim-" : "";
  }

  /** Returns whether its ends sleep, and do not spin, while there is nothing to do. */
  public boolean blocks() {
    return this == UNIX_SOCKET || this == PIPE;
  }

  /** Returns whether messages arrive. */
  public boolean hasLatency() {
    return this != MEMCPY;
  }

  /** Returns whether it works there and there is anything to learn from it. */
  public boolean takesPart(boolean twoProcesses, Size size) {
    return switch (this) {
      // All references have the same size.
      case JCTOOLS -> !twoProcesses && size == Size.BYTES_24;
      case MEMCPY -> size == Size.KIB_64;
      case BRIDGE, AERON_UDP -> false;
      default -> true;
    };
  }

  /** Returns the flags that its JVM needs. */
  public List<String> jvmFlags() {
    return switch (this) {
      // Only for these peers in their own JVMs. The JVM of Tombolo's rings must do without.
      case AGRONA_ONE_TO_ONE, AGRONA_MANY_TO_ONE, AERON, AERON_1M, AERON_UDP ->
          List.of("--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED");
      case BRIDGE ->
          List.of(
              "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED",
              "-Dtombolo.root=" + System.getProperty("tombolo.root", "."));
      case JCTOOLS -> List.of("--sun-misc-unsafe-memory-access=allow");
      default -> List.of();
    };
  }

  public Medium open(Place place, Size size) {
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
      case BRIDGE -> new BridgeMedium(bytes);
      case AERON_UDP -> new AeronUdpMedium(place, bytes);
      case MEMCPY -> throw new IllegalArgumentException("memcpy has no ends");
    };
  }
}
