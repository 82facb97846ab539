// SPDX-License-Identifier: Apache-2.0

/** What endpoints are allowed: grants, rates of doorbells and quotas. Values only. */
@NullMarked
package tombolo.ivc.grant;

import org.jspecify.annotations.NullMarked;
