// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.image;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Names what somebody has taken for a kernel. */
final class ForeignKernel {
  private ForeignKernel() {}

  /** What a file is that is neither ELF nor a RISC-V Linux, as far as its first bytes tell. */
  static String describe(byte[] bytes) {
    if (bytes.length == 0) {
      return "the file is empty";
    }
    if (has(bytes, 0x202, "HdrS")) {
      return "a Linux kernel for x86 (bzImage), this VM runs RISC-V";
    }
    if (has(bytes, 56, "ARMd")) {
      return "a Linux kernel for 64-bit ARM, this VM runs RISC-V";
    }
    if (has(bytes, 0, "070701")) {
      return "a cpio archive, not a kernel; is it the initrd?";
    }
    if (has(bytes, 0, "'\u0005\u0019V")) {
      return "an image for U-Boot; boot the Image that it was made from";
    }
    if (has(bytes, 0, "MZ")) {
      return "an EFI program, but not a RISC-V Linux kernel";
    }
    return "not a kernel: neither an ELF file nor the Image of a RISC-V Linux";
  }

  private static boolean has(byte[] bytes, int offset, String text) {
    byte[] wanted = text.getBytes(StandardCharsets.ISO_8859_1);
    int end = offset + wanted.length;
    return bytes.length >= end && Arrays.equals(bytes, offset, end, wanted, 0, wanted.length);
  }
}
