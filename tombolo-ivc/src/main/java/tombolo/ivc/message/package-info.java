// SPDX-License-Identifier: Apache-2.0

/**
 * Messages between Java code and other endpoints: {@link tombolo.ivc.message.Publisher} and {@link
 * tombolo.ivc.message.Subscriber} put a ring of {@code tombolo-ring} into a sectioned channel and
 * wait by its doorbell.
 */
@NullMarked
package tombolo.ivc.message;

import org.jspecify.annotations.NullMarked;
