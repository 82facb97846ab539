// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.image;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Kernels in compressed form: what gzip has packed is unpacked ({@code Image.gz}, and EFI's {@code
 * vmlinuz.efi} around the same), of other formats it is said how to unpack them.
 */
final class PackedKernel {
  /** A format that the JDK doesn't read, and the command that does. */
  private record Format(String name, String command, String magic) {
    boolean begins(byte[] bytes) {
      byte[] wanted = HexFormat.of().parseHex(magic);
      return bytes.length >= wanted.length
          && Arrays.equals(bytes, 0, wanted.length, wanted, 0, wanted.length);
    }
  }

  private static final List<Format> OTHERS =
      List.of(
          new Format("zstd", "zstd -dc", "28b52ffd"),
          new Format("xz", "xz -dc", "fd377a585a00"),
          new Format("bzip2", "bzip2 -dc", "425a68"),
          new Format("lz4", "lz4 -dc", "04224d18"),
          new Format("lz4", "lz4 -dc", "02214c18"),
          new Format("lzma", "xz --format=lzma -dc", "5d0000"),
          new Format("lzo", "lzop -dc", "894c5a4f00"));

  // drivers/firmware/efi/libstub/zboot-header.S in Linux.
  private static final int ZBOOT_HEADER_BYTES = 64;
  private static final int ZBOOT_MAGIC = 0x676d697a; // "zimg"

  private static final int LONGEST_MAGIC = 8;

  private PackedKernel() {}

  /**
   * Unpacks the kernel in a file.
   *
   * @return null if nothing is packed
   * @throws ImageException if it is in a format that isn't unpacked here, damaged, or too large
   */
  static byte @Nullable [] unpack(ImageFile file, ImageLimit limit) {
    byte[] header = file.head(ZBOOT_HEADER_BYTES);
    boolean program = isZboot(header);
    long at = program ? payload(file, header) : 0;
    byte[] magic = file.copy(at, (int) Math.min(LONGEST_MAGIC, file.size() - at)).array();
    for (Format format : OTHERS) {
      if (format.begins(magic)) {
        String name = file.name();
        throw new ImageException(
            program
                ? "%s: an EFI program with the kernel in it, compressed with %s; boot the Image that it was made from"
                    .formatted(name, format.name)
                : "%s: compressed with %s; unpack it first: %s %s > Image"
                    .formatted(name, format.name, format.command, name));
      }
    }
    if (magic.length > 2 && magic[0] == 0x1f && (magic[1] & 0xff) == 0x8b) {
      return gunzip(file, at, limit);
    }
    if (program) {
      throw new ImageException(
          "%s: an EFI program with the kernel in it, in an unknown format; boot the Image that it was made from"
              .formatted(file.name()));
    }
    return null;
  }

  /** Whether it is an EFI program that unpacks a kernel when it starts. */
  private static boolean isZboot(byte[] bytes) {
    return bytes.length == ZBOOT_HEADER_BYTES
        && bytes[0] == 'M'
        && bytes[1] == 'Z'
        && header(bytes).getInt(4) == ZBOOT_MAGIC;
  }

  private static ByteBuffer header(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Returns where the packed kernel begins; all of it is in the file. */
  private static long payload(ImageFile file, byte[] bytes) {
    ByteBuffer header = header(bytes);
    long offset = Integer.toUnsignedLong(header.getInt(8));
    long end = offset + Integer.toUnsignedLong(header.getInt(12));
    if (offset < ZBOOT_HEADER_BYTES || end > file.size()) {
      throw new ImageException(
          "%s: truncated: the compressed kernel reaches to 0x%x, the file ends at 0x%x"
              .formatted(file.name(), end, file.size()));
    }
    return offset;
  }

  private static byte[] gunzip(ImageFile file, long at, ImageLimit limit) {
    String name = file.name();
    try (GZIPInputStream in = new GZIPInputStream(file.from(at), 1 << 16)) {
      return limit.drain(in, name, " when unpacked");
    } catch (EOFException e) {
      throw new ImageException(name + ": truncated: the gzip file ends in the middle");
    } catch (IOException e) {
      throw new ImageException("%s: a damaged gzip file: %s".formatted(name, e.getMessage()));
    }
  }
}
