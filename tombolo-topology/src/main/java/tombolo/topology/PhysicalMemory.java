// SPDX-License-Identifier: Apache-2.0

package tombolo.topology;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/**
 * The memory of the host, or of the container that this process runs in. The first call starts the
 * JDK's management, which takes tens of milliseconds.
 */
public final class PhysicalMemory {
  private PhysicalMemory() {}

  /** Returns all of it, in bytes. */
  public static long totalBytes() {
    return bean().getTotalMemorySize();
  }

  /** Returns how much of it nobody uses now, in bytes. */
  public static long freeBytes() {
    return bean().getFreeMemorySize();
  }

  private static OperatingSystemMXBean bean() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
  }
}
