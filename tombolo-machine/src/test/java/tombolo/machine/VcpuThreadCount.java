// SPDX-License-Identifier: Apache-2.0
package tombolo.machine;

/** How many vCPU threads this JVM has. */
final class VcpuThreadCount {
  private VcpuThreadCount() {}

  static long now() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().contains("/vcpu"))
        .count();
  }
}
