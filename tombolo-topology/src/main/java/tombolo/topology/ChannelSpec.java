// SPDX-License-Identifier: Apache-2.0

package tombolo.topology;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tombolo.memory.HostMemory;

/**
 * A channel that a topology allows: which VM may publish it, and which may subscribe to it.
 *
 * @param name unique, 1 to 64 of {@code a-z A-Z 0-9 - _ .}
 * @param line of the file, from 1
 * @param publisher the VM's name; that of the other host if the channel comes from there
 * @param subscribers in the file's order; may be empty
 * @param key 0 or more, unique in the file
 * @param size bytes, whole pages: of a raw channel, or of the publisher's section
 * @param layout raw or sectioned
 * @param sectionSize bytes of each subscriber's section, whole pages; 0 where it is raw
 * @param sections for subscribers, 0 to 64; 0 where it is raw
 * @param doorbell whether the two sides may ring each other
 * @param doorbellRate rings a second that each side may cause at each peer, at least 1
 * @param bridge how it continues on other hosts; null if it does not
 */
public record ChannelSpec(
    String name,
    int line,
    String publisher,
    List<SubscriberSpec> subscribers,
    long key,
    long size,
    Layout layout,
    long sectionSize,
    int sections,
    boolean doorbell,
    int doorbellRate,
    @Nullable BridgeSpec bridge) {
  /** The ways to share out a channel's memory. */
  public enum Layout {
    /** One piece that all sides see. */
    RAW,
    /** A header, the publisher's section and one for each subscriber that writes. */
    SECTIONED
  }

  /** Copies the list. */
  public ChannelSpec {
    subscribers = List.copyOf(subscribers);
  }

  /** Whether a VM of another host publishes it. */
  public boolean isFromAnotherHost() {
    return bridge instanceof BridgeSpec.From;
  }

  /** Returns the bytes of all its memory, with header and sections; whole pages. */
  public long bytes() {
    return layout == Layout.RAW ? size : HostMemory.PAGE_SIZE + size + sections * sectionSize;
  }
}
