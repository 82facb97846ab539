// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.folder;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import tombolo.machine.folder.Errno.Refusal;

/**
 * Reads the fields of a request. Nothing in it is believed: a field that is not there, or that
 * cannot be, is an error for the guest.
 */
final class RequestReader {
  private final ByteBuffer fields;

  /**
   * @param fields little-endian, from behind the tag to the end
   */
  RequestReader(ByteBuffer fields) {
    this.fields = fields;
  }

  int int8() throws Refusal {
    return (int) number(Byte.BYTES);
  }

  int int16() throws Refusal {
    return (int) number(Short.BYTES);
  }

  /** Returns 32 bits, as they are. */
  int int32() throws Refusal {
    return (int) number(Integer.BYTES);
  }

  long int64() throws Refusal {
    return number(Long.BYTES);
  }

  private long number(int size) throws Refusal {
    try {
      return switch (size) {
        case Byte.BYTES -> Byte.toUnsignedLong(fields.get());
        case Short.BYTES -> Short.toUnsignedLong(fields.getShort());
        case Integer.BYTES -> fields.getInt();
        default -> fields.getLong();
      };
    } catch (BufferUnderflowException e) {
      throw Errno.EINVAL.refusal();
    }
  }

  /** Returns a string, which is in UTF-8 and has no NUL. */
  String string() throws Refusal {
    int length = int16();
    if (length > fields.remaining()) {
      throw Errno.EINVAL.refusal();
    }
    ByteBuffer bytes = fields.slice(fields.position(), length);
    fields.position(fields.position() + length);
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
      if (text.indexOf('\0') >= 0) {
        throw Errno.EINVAL.refusal();
      }
      return text;
    } catch (CharacterCodingException e) {
      throw Errno.EINVAL.refusal();
    }
  }

  /** Returns the bytes that are left, which have to be at least so many. */
  ByteBuffer bytes(long length) throws Refusal {
    if (length < 0 || length > fields.remaining()) {
      throw Errno.EINVAL.refusal();
    }
    return fields.slice(fields.position(), (int) length);
  }
}
