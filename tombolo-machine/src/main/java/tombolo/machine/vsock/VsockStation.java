// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.vsock;

/**
 * A receiver of the packets of a {@link VsockSwitch}: a guest's device, or the host. Called by any
 * thread; takes no lock of a connection itself.
 */
interface VsockStation {
  /** Nothing was taken; the sender is told when there is room. */
  int NO_ROOM = -1;

  /** The packet was not taken, and will not be: the sender is refused. */
  int REFUSED = -2;

  /** Returns the context ID that packets come to. */
  long cid();

  /** Returns its name in messages. */
  String name();

  /** Returns whether it knows sockets of this type. */
  boolean takesType(int type);

  /**
   * Takes a packet, or a part of its payload. The connection's lock is held.
   *
   * @param data holds the payload
   * @param from where in it the payload that is left begins
   * @param length of it; 0 for a packet without payload
   * @param whenRoom is called, with locks held, when it makes sense to ask again after {@link
   *     #NO_ROOM}; does not wait. A sender always passes the same object, which is remembered once
   * @return how many bytes of payload it has taken, {@link #NO_ROOM} or {@link #REFUSED}
   */
  int deliver(
      VsockConnection connection,
      VsockHeader header,
      byte[] data,
      int from,
      int length,
      Runnable whenRoom);

  /** Forgets somebody who waited for room. */
  void forget(Runnable whenRoom);

  /**
   * Takes an RST, at once and whatever else waits: there is no such connection any more. The
   * connection's lock is held.
   */
  void reset(VsockConnection connection, VsockHeader rst);

  /**
   * Takes a packet without payload, at once and whatever else waits. The sender makes sure that
   * there can't be many.
   */
  void insist(VsockHeader header);
}
