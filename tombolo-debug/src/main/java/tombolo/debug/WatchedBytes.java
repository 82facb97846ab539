// SPDX-License-Identifier: Apache-2.0
package tombolo.debug;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tombolo.memory.GuestMemory;
import tombolo.memory.GuestMemoryException;

/**
 * Notices that watched memory has changed, whoever has written it: a vCPU of this VM or of another
 * one, a device, the host. A store of the value that was there is no change. Thread-safe: each
 * change is one vCPU's to report.
 */
public final class WatchedBytes {
  /** A watchpoint and what its bytes were at the last look. */
  private static final class Known {
    private final Watchpoint watchpoint;
    private final byte[] now;
    private byte[] before;

    Known(Watchpoint watchpoint) {
      this.watchpoint = watchpoint;
      this.before = new byte[watchpoint.length()];
      this.now = new byte[watchpoint.length()];
    }
  }

  private final GuestMemory memory;
  private final List<Known> watched = new ArrayList<>();

  /** Watches the memory of a VM; what is there now is not news. */
  public WatchedBytes(GuestMemory memory, Stops stops) {
    this.memory = memory;
    for (Watchpoint watchpoint : stops.watchpoints()) {
      if (watchpoint.kind() != Watchpoint.Kind.READ) {
        watched.add(new Known(watchpoint));
      }
    }
    forget();
  }

  /** Takes what is there now as known. */
  public synchronized void forget() {
    for (Known known : watched) {
      look(known);
      known.before = known.now.clone();
    }
  }

  /** Returns a watchpoint whose memory has changed since the last look; null if none has. */
  public synchronized @Nullable Watchpoint changed() {
    @Nullable Watchpoint changed = null;
    for (Known known : watched) {
      look(known);
      if (!Arrays.equals(known.now, known.before)) {
        System.arraycopy(known.now, 0, known.before, 0, known.now.length);
        changed = known.watchpoint;
      }
    }
    return changed;
  }

  /** Memory that is not there any more is as it was. */
  private void look(Known known) {
    int at = 0;
    for (Watchpoint.Place place : known.watchpoint.places()) {
      try {
        memory.read(place.gpa(), known.now, at, place.length());
      } catch (GuestMemoryException e) {
        System.arraycopy(known.before, at, known.now, at, place.length());
      }
      at += place.length();
    }
  }
}
