// SPDX-License-Identifier: Apache-2.0

/**
 * The front ends that guests reach their endpoint by: the IVC device with its mailbox, and
 * AxVisor's hypercalls. They translate, as docs/abi.md defines; {@link tombolo.ivc.GuestOperations}
 * does the work.
 */
@NullMarked
package tombolo.ivc.guest;

import org.jspecify.annotations.NullMarked;
