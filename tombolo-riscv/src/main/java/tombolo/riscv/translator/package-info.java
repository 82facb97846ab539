// SPDX-License-Identifier: Apache-2.0
/**
 * The translator: hot guest code becomes methods of the JVM, which its JIT compiles. An {@link
 * tombolo.riscv.translator.Outline} is the code that a region consists of, and {@link
 * tombolo.riscv.translator.RegionWriter} writes its class file. {@link
 * tombolo.riscv.hart.Dispatcher} decides what is translated, and runs it.
 */
@NullMarked
package tombolo.riscv.translator;

import org.jspecify.annotations.NullMarked;
