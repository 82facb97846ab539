// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.view;

/** A running topology did not do what it was asked for; the message says why. */
public final class RefusedException extends Exception {
  private static final long serialVersionUID = 1;

  /** Makes one. */
  RefusedException(String why) {
    super(why);
  }
}
