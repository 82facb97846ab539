// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.image;

import java.io.IOException;
import java.io.InputStream;

/**
 * How much of an image may be read: as much as the VM's RAM holds, and as this Java's heap can keep
 * beside everything else. Asked before anything is allocated.
 *
 * @param ram bytes
 * @param heap the most bytes that the heap can have
 */
record ImageLimit(long ram, long heap) {
  /** The JDK allocates no larger array. */
  private static final long LARGEST_ARRAY = Integer.MAX_VALUE - 8;

  /** An image may take half of the heap; one that is unpacked is there twice for a moment. */
  private static final int SHARE = 2;

  private static final int SHARE_UNPACKED = 4;

  /** Returns the limit for a VM, on this Java's heap. */
  static ImageLimit of(long ram) {
    return new ImageLimit(ram, Runtime.getRuntime().maxMemory());
  }

  /**
   * Returns an array for bytes of an image.
   *
   * @param file its name in messages
   * @param what follows the number of bytes in messages: " of segments", or nothing
   * @throws ImageException if it is too large
   */
  byte[] allocate(long bytes, String file, String what) {
    check(bytes, file, what);
    try {
      return new byte[(int) bytes];
    } catch (OutOfMemoryError e) { // of this array alone: nothing else is half done
      throw beyondHeap(file, bytes + " bytes" + what);
    }
  }

  /**
   * Checks a number of bytes, whether they come in one array or in several.
   *
   * @throws ImageException if they are too many
   */
  void check(long bytes, String file, String what) {
    if (bytes > ram) {
      throw beyondRam(file, bytes + " bytes" + what);
    }
    if (bytes > Math.min(heap / SHARE, LARGEST_ARRAY)) {
      throw beyondHeap(file, bytes + " bytes" + what);
    }
  }

  /**
   * Reads a stream whose length nobody knows, to its end.
   *
   * @param what follows the number of bytes in messages
   * @throws ImageException if they are too many
   */
  byte[] drain(InputStream in, String file, String what) throws IOException {
    long most = Math.min(ram, Math.min(heap / SHARE_UNPACKED, LARGEST_ARRAY));
    byte[] bytes;
    try {
      bytes = in.readNBytes((int) most);
    } catch (OutOfMemoryError e) { // readNBytes has let go of what it had read
      throw beyondHeap(file, "its bytes" + what);
    }
    if (bytes.length == most && in.read() >= 0) {
      String size = "more than %d bytes%s".formatted(most, what);
      throw most == ram ? beyondRam(file, size) : beyondHeap(file, size);
    }
    return bytes;
  }

  private ImageException beyondRam(String file, String size) {
    return new ImageException(
        "%s: %s don't fit into RAM of %s; give the VM more memory".formatted(file, size, mib(ram)));
  }

  private ImageException beyondHeap(String file, String size) {
    return new ImageException(
        "%s: %s are too many for Java's heap of %s; give Java more: JDK_JAVA_OPTIONS=-Xmx4g"
            .formatted(file, size, mib(heap)));
  }

  private static String mib(long bytes) {
    return bytes % (1 << 20) == 0 ? (bytes >> 20) + " MiB" : (bytes >> 10) + " KiB";
  }
}
