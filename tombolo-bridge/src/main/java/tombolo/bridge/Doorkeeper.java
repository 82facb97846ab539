// SPDX-License-Identifier: Apache-2.0
package tombolo.bridge;

import io.aeron.Image;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import tombolo.topology.RemoteSpec;

/**
 * Says whose streams a subscription takes: those of the hosts that the file names. An address can
 * be forged, so this keeps accidents out, not attackers (docs/security.md). For the bridges'
 * worker.
 */
final class Doorkeeper {
  /** The most strangers' addresses that are remembered and told of. */
  private static final int MOST_STRANGERS = 8;

  private final String what;
  private final List<RemoteSpec> remotes;
  private final Errors errors;
  private final List<Image> images = new ArrayList<>();
  private final List<Image> toReject = new ArrayList<>();
  private final Set<String> strangers = new TreeSet<>();
  private final AtomicLong refused = new AtomicLong();

  /**
   * @param what is received, for messages
   */
  Doorkeeper(String what, List<RemoteSpec> remotes, Errors errors) {
    this.what = what;
    this.remotes = remotes;
    this.errors = errors;
  }

  /** Returns the streams to be read. */
  List<Image> images() {
    return images;
  }

  /** Returns how many streams and frames of strangers were refused. Any thread. */
  long refused() {
    return refused.get();
  }

  /** Counts a frame that is for no channel here. */
  void refuse() {
    refused.incrementAndGet();
  }

  void onAvailable(Image image) {
    if (isKnown(image.sourceIdentity())) {
      images.add(image);
      return;
    }
    refused.incrementAndGet();
    String host = host(image.sourceIdentity());
    if (strangers.size() < MOST_STRANGERS && strangers.add(host)) {
      errors.tell("%s: refused a stream of %s, which is no remote of it".formatted(what, host));
    }
    toReject.add(image);
  }

  /** Rejects the streams of strangers, which must not be done while one is told of them. */
  void reject() {
    for (Image image : toReject) {
      if (!image.isClosed()) {
        image.reject("not a host of this channel");
      }
    }
    toReject.clear();
  }

  void onUnavailable(Image image) {
    images.remove(image);
    toReject.remove(image);
  }

  /** Forgets all streams, whose client has ended. */
  void forget() {
    images.clear();
    toReject.clear();
  }

  private boolean isKnown(String source) {
    String host = host(source);
    for (RemoteSpec remote : remotes) {
      if (remote.resolved() || remote.address().isIpc() || isAt(remote.address().host(), host)) {
        return true;
      }
    }
    return false;
  }

  /** Returns whether a name or an address means this address. */
  private static boolean isAt(String name, String address) {
    try {
      InetAddress wanted = InetAddress.getByName(address);
      for (InetAddress one : InetAddress.getAllByName(name)) {
        if (one.equals(wanted)) {
          return true;
        }
      }
    } catch (UnknownHostException e) {
      return false; // then nobody can come from there
    }
    return false;
  }

  /** Returns the address of a stream's source, without port. */
  private static String host(String source) {
    int colon = source.lastIndexOf(':');
    String host = colon < 0 ? source : source.substring(0, colon);
    return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
  }
}
