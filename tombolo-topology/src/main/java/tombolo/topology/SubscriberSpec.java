// SPDX-License-Identifier: Apache-2.0

package tombolo.topology;

import tombolo.memory.Access;

/**
 * A VM that may subscribe to a channel.
 *
 * @param vm its name
 * @param line of the file, from 1
 * @param access {@link Access#READ} or {@link Access#READ_WRITE}; of a sectioned channel, whether
 *     it may have a section of its own
 * @param doorbell whether it and the publisher may ring each other
 */
public record SubscriberSpec(String vm, int line, Access access, boolean doorbell) {}
