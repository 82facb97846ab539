// SPDX-License-Identifier: Apache-2.0

/** Suite {@code sim}: simulated runs, beside ordinary ones. */
@NullMarked
package tombolo.bench.sim;

import org.jspecify.annotations.NullMarked;
