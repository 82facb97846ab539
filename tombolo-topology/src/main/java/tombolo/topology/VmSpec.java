// SPDX-License-Identifier: Apache-2.0

package tombolo.topology;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tombolo.ivc.grant.Quota;
import tombolo.machine.image.BootImage;

/**
 * A VM of a topology.
 *
 * @param name unique, 1 to 32 of {@code a-z A-Z 0-9 - _}
 * @param line of the file, from 1; 0 if it is from no file
 * @param id that guests see, unique, 1 to 65535
 * @param image what it boots: kernel, initial RAM disk and command line, read and checked
 * @param memory bytes of RAM, whole pages
 * @param vcpus 1 to what the accelerator has
 * @param platform the accelerator and its board
 * @param window bytes of the IVC window, a power of two; 0: the VM has no IVC device
 * @param restart how often it is booted again after it failed
 * @param channels that it may have published at a time
 * @param channelBytes of these, with headers and sections
 * @param vsock its socket device, or null
 * @param rtc the date on its real-time clock when it is made; null: the host's date
 * @param virtio its virtio devices; their paths are relative to the working directory, or absolute
 * @param gdb the port of the host's loopback address at which a debugger finds it, 1 to 65535, or 0
 *     for a free one; null: no debugger does
 */
public record VmSpec(
    String name,
    int line,
    int id,
    BootImage image,
    long memory,
    int vcpus,
    Platform platform,
    long window,
    int restart,
    int channels,
    long channelBytes,
    @Nullable VsockSpec vsock,
    @Nullable Instant rtc,
    VirtioSpec virtio,
    @Nullable Integer gdb) {
  /** Returns what it may have published at a time. */
  public Quota quota() {
    return new Quota(channels, channelBytes);
  }
}
