// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc.grant;

import org.jspecify.annotations.Nullable;
import tombolo.ivc.abi.ChannelName;
import tombolo.ivc.abi.Layout;

/** A permission of one endpoint. Nobody may do anything that no grant allows. */
public sealed interface Grant {
  /** Returns the id of the endpoint that it is for. */
  int endpoint();

  /** Returns how often the endpoint may ring the other side; null if it may not. */
  @Nullable DoorbellRate doorbell();

  /**
   * The permission to publish channels.
   *
   * @param endpoint the publisher's id
   * @param firstKey the first key that it may use
   * @param lastKey the last one, not less, as signed numbers
   * @param maxSize the most bytes of such a channel, all sections together
   * @param layout which layout it has; null: any
   * @param name what the channel is called, unique in the directory, or null; only where there is
   *     one key
   * @param doorbell how often the publisher may ring each subscriber; null: not at all
   */
  record Publish(
      int endpoint,
      long firstKey,
      long lastKey,
      long maxSize,
      @Nullable Layout layout,
      @Nullable String name,
      @Nullable DoorbellRate doorbell)
      implements Grant {
    /**
     * @throws IllegalArgumentException if that is no such grant
     */
    public Publish {
      if (firstKey > lastKey || maxSize < 0 || (name != null && firstKey != lastKey)) {
        throw new IllegalArgumentException(
            "no grant: keys %d to %d, %d bytes, name %s"
                .formatted(firstKey, lastKey, maxSize, name));
      }
      if (name != null && !ChannelName.isValid(name)) {
        throw new IllegalArgumentException("no name of a channel: " + name);
      }
    }

    /** Returns a grant for one key, with any layout and the default rate of doorbells. */
    public static Publish of(int endpoint, long key, long maxSize, @Nullable String name) {
      return new Publish(endpoint, key, key, maxSize, null, name, DoorbellRate.DEFAULT);
    }
  }

  /**
   * The permission to subscribe to channels.
   *
   * @param endpoint the subscriber's id
   * @param publisher whose channels, another endpoint's id
   * @param firstKey the first key
   * @param lastKey the last one, not less, as signed numbers
   * @param write whether it may write: all of a raw channel, a section of its own in a sectioned
   *     one
   * @param doorbell how often it may ring the publisher; null: not at all, nor the publisher it
   */
  record Subscribe(
      int endpoint,
      int publisher,
      long firstKey,
      long lastKey,
      boolean write,
      @Nullable DoorbellRate doorbell)
      implements Grant {
    /**
     * @throws IllegalArgumentException if that is no such grant
     */
    public Subscribe {
      if (firstKey > lastKey || endpoint == publisher) {
        throw new IllegalArgumentException(
            "no grant: %d subscribes to %d, keys %d to %d"
                .formatted(endpoint, publisher, firstKey, lastKey));
      }
    }

    /** Returns a grant for one key, with the default rate of doorbells. */
    public static Subscribe of(int endpoint, int publisher, long key, boolean write) {
      return new Subscribe(endpoint, publisher, key, key, write, DoorbellRate.DEFAULT);
    }
  }
}
