// SPDX-License-Identifier: Apache-2.0

package tombolo.topology;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/**
 * The memory of the host, or of the container that this process runs in. Asking starts the JDK's
 * management, which takes tens of milliseconds: only for who wants to know.
 */
public final class PhysicalMemory {
  private PhysicalMemory() {}

  /** Bytes of it. */
  public static long totalBytes() {
    return bean().getTotalMemorySize();
  }

  /** Bytes of it that nobody uses now. */
  public static long freeBytes() {
    return bean().getFreeMemorySize();
  }

  private static OperatingSystemMXBean bean() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
  }
}
