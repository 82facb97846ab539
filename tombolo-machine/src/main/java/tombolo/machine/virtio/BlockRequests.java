// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.BooleanSupplier;

/**
 * Serves the requests of a {@link BlockDevice} (virtio 1.2, 5.2.6), for its worker alone. A request
 * is a header, data, and a status, which is the last byte that can be written.
 */
final class BlockRequests {
  private static final System.Logger LOG = System.getLogger(BlockRequests.class.getName());

  private static final int HEADER = 16;
  private static final int PIECE = 64 << 10;
  private static final int ID_BYTES = 20;

  // Types of requests.
  private static final int READ = 0;
  private static final int WRITE = 1;
  private static final int FLUSH = 4;
  private static final int GET_ID = 8;

  // Values of the status.
  private static final byte DONE = 0;
  private static final byte IO_ERROR = 1;
  private static final byte UNSUPPORTED = 2;

  private final String name;
  private final DiskImage disk;
  private final VirtioTransport transport;
  private final BooleanSupplier fails;
  private final ByteBuffer header = ByteBuffer.allocate(HEADER).order(ByteOrder.LITTLE_ENDIAN);
  private final ByteBuffer piece = ByteBuffer.allocate(PIECE);
  private boolean failureLogged;

  /** The bytes that the present request has written to its chain, from the first one on. */
  private long written;

  /**
   * Makes a server of requests.
   *
   * @param name of VM and device: {@code vm/disk0}
   * @param fails whether the next request fails on purpose
   */
  BlockRequests(String name, DiskImage disk, VirtioTransport transport, BooleanSupplier fails) {
    this.fails = fails;
    this.name = name;
    this.disk = disk;
    this.transport = transport;
  }

  /** Serves one request and completes it. Breaks the device if it is not a request. */
  void serve(Chain chain) throws ChainLostException {
    if (chain.readable() < HEADER || chain.writable() < 1) {
      chain.breach(
          "a request with %d bytes to read and %d to write"
              .formatted(chain.readable(), chain.writable()));
      return;
    }
    chain.read(0, header.array(), 0, HEADER);
    long statusAt = chain.writable() - 1;
    written = 0;
    byte status;
    try {
      status =
          fails.getAsBoolean() ? IO_ERROR : execute(chain, header.getInt(0), header.getLong(8));
    } catch (IOException e) {
      logFirst(e);
      status = IO_ERROR;
    }
    chain.write(statusAt, new byte[] {status}, 0, 1);
    chain.queue().complete(chain, written == statusAt ? written + 1 : written);
  }

  private byte execute(Chain chain, int type, long sector) throws IOException, ChainLostException {
    return switch (type) {
      case READ -> read(chain, sector, chain.writable() - 1);
      case WRITE -> write(chain, sector, chain.readable() - HEADER);
      case FLUSH -> flush();
      case GET_ID -> giveId(chain);
      default -> UNSUPPORTED;
    };
  }

  private byte read(Chain chain, long sector, long length) throws IOException, ChainLostException {
    if (!onDisk(sector, length)) {
      return IO_ERROR;
    }
    while (written < length) {
      int size = (int) Math.min(PIECE, length - written);
      disk.read(sector * DiskImage.SECTOR + written, piece.clear().limit(size));
      chain.write(written, piece.array(), 0, size);
      written += size;
    }
    return DONE;
  }

  private byte write(Chain chain, long sector, long length) throws IOException, ChainLostException {
    if (disk.readOnly() || !onDisk(sector, length)) {
      return IO_ERROR;
    }
    for (long done = 0; done < length; ) {
      int size = (int) Math.min(PIECE, length - done);
      chain.read(HEADER + done, piece.array(), 0, size);
      disk.write(sector * DiskImage.SECTOR + done, piece.clear().limit(size));
      done += size;
    }
    return transport.accepted(BlockDevice.FLUSH) ? DONE : flush();
  }

  private byte flush() throws IOException {
    if (!disk.readOnly()) {
      disk.flush();
    }
    return DONE;
  }

  private byte giveId(Chain chain) throws ChainLostException {
    String id = name.substring(name.lastIndexOf('/') + 1);
    byte[] bytes = Arrays.copyOf(id.getBytes(StandardCharsets.US_ASCII), ID_BYTES);
    int length = (int) Math.min(ID_BYTES, chain.writable() - 1);
    chain.write(0, bytes, 0, length);
    written = length;
    return DONE;
  }

  /** Returns whether the disk has these sectors, all of them whole; the guest chose the numbers. */
  private boolean onDisk(long sector, long length) {
    long sectors = disk.bytes() / DiskImage.SECTOR;
    return length % DiskImage.SECTOR == 0
        && sector >= 0
        && sector <= sectors
        && length / DiskImage.SECTOR <= sectors - sector;
  }

  private void logFirst(IOException failure) {
    if (!failureLogged) {
      failureLogged = true;
      LOG.log(
          System.Logger.Level.WARNING,
          "%s: %s: %s; the guest gets I/O errors".formatted(name, disk.file(), failure));
    }
  }
}
