// SPDX-License-Identifier: Apache-2.0

package tombolo.topology.file;

import java.nio.file.Path;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tombolo.machine.vsock.VsockSwitch;
import tombolo.topology.VsockSpec;

/** Reads the keys of a VM's socket device. */
final class VsockReader {
  static final String CID = "vsock-cid";
  static final String SOCKET = "vsock-socket";

  /** Stands for a CID that is wrong. */
  private static final long NO_CID = 0;

  private VsockReader() {}

  /**
   * Returns the device; null if there is none, or its CID is wrong.
   *
   * @param path reads a key as a path, relative to the file; returns null if it is absent or wrong
   */
  static @Nullable VsockSpec read(Section vm, Function<String, @Nullable Path> path) {
    long cid = vm.integer(CID, NO_CID, NO_CID, VsockSwitch.FIRST_CID, VsockSwitch.LAST_CID);
    Path socket = path.apply(SOCKET);
    if (vm.has(SOCKET) && !vm.has(CID)) {
      vm.wrong(SOCKET, "needs a CID; add a line like %s = 3".formatted(CID));
    }
    if (cid == NO_CID) {
      return null;
    }
    VsockSpec vsock = new VsockSpec(cid, socket);
    String objection = vsock.objection();
    if (objection == null) {
      return vsock;
    }
    vm.wrong(SOCKET, objection);
    return new VsockSpec(cid, null);
  }
}
