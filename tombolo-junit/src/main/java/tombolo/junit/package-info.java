// SPDX-License-Identifier: Apache-2.0

/**
 * Tests of guests. {@link tombolo.junit.WithTopology} on a test class or method, or a {@link
 * tombolo.junit.TopologyExtension} in a field, starts the VMs of a topology; the test gets them as
 * a {@link tombolo.junit.RunningTopology}.
 *
 * <p>For JUnit Jupiter 5 and 6 on Java 25. The JVM of the tests wants {@code
 * --enable-native-access=ALL-UNNAMED}, or it warns that memory is allocated natively, and nothing
 * else; where guests are Linux kernels, {@code -XX:PerMethodTrapLimit=1} has them boot in half the
 * time ({@code tombolo.jvmargs} of the project holds that flag and says why). A VM's RAM is not in
 * the Java heap.
 *
 * <p>Test classes may run in parallel: what one starts, no other one sees.
 */
@NullMarked
package tombolo.junit;

import org.jspecify.annotations.NullMarked;
