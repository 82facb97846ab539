// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

import java.io.Serial;

/** A driver has broken a rule of its rings. Caught in this package, where it breaks the device. */
final class BreachException extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  BreachException(String why) {
    super(why, null, false, false);
  }
}
