// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc.abi;

import org.jspecify.annotations.Nullable;

/**
 * A step of a listing.
 *
 * @param status {@link Status#DONE} with an element, {@link Status#AGAIN} or {@link Status#END}
 * @param element what this step has found, null unless the status is DONE
 * @param cursor where the next step goes on
 */
public record Listing<T>(Status status, @Nullable T element, long cursor) {
  public static <T> Listing<T> of(T element, long cursor) {
    return new Listing<>(Status.DONE, element, cursor);
  }

  public static <T> Listing<T> end(long cursor) {
    return new Listing<>(Status.END, null, cursor);
  }

  public static <T> Listing<T> again(long cursor) {
    return new Listing<>(Status.AGAIN, null, cursor);
  }
}
