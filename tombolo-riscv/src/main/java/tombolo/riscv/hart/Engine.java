// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.hart;

/**
 * Executes the guest code of harts. The {@link Interpreter} is the reference; every other engine
 * leaves each hart as it would.
 *
 * <h2>How an engine and its caller share a hart</h2>
 *
 * <p>The caller sets {@link Hart#pc}, and the engine begins there. Between two calls, and whenever
 * the engine calls something that looks at the hart, the registers, pc and {@link Hart#retired} are
 * exact. The engine returns for one of these reasons, which it leaves in {@link Hart#stop}:
 *
 * <ul>
 *   <li>{@link Hart.Stop#PAUSE}: the limit is reached, or {@link Hart#ATTENTION} is set. pc is the
 *       next instruction.
 *   <li>{@link Hart.Stop#TRAP}: the instruction at pc, or the fetch of it, gave an exception:
 *       {@link Hart#trapCause}, {@link Hart#trapValue}. It is not retired. {@link Hart#instruction}
 *       is the instruction, unless the fetch failed. For an illegal instruction the caller makes
 *       the value.
 *   <li>{@link Hart.Stop#REFUSED}: as TRAP, and the VM is told of the access: {@link
 *       Hart#refusedGpa} and what follows it.
 *   <li>{@link Hart.Stop#SYSTEM}, {@link Hart.Stop#FENCE_I}: {@link Hart#instruction}, at pc, is
 *       for the caller to execute; it has had no effect and is not retired.
 *   <li>{@link Hart.Stop#DEVICE_LOAD}, {@link Hart.Stop#DEVICE_STORE}: the instruction at pc
 *       accesses {@link Mmu#deviceGpa}: {@link Hart#deviceOp}, and {@link Hart#trapValue} is its
 *       virtual address. It is not retired; the caller completes it by {@link
 *       MemoryAccess#finishLoad}, or reads {@link MemoryAccess#deviceValue}, and steps over it.
 *   <li>{@link Hart.Stop#SHARED}: in a simulation, the instruction at pc accesses memory that
 *       others see; it is not retired.
 * </ul>
 *
 * <h2>What engines share</h2>
 *
 * <p>{@link Mmu#fetch} gives the decoded {@link Block} at an address. {@link Block#follow} gives
 * the one that it leads to, and links the two, and {@link Block#leave} stops the hart within it.
 * What a packed operation does is in {@link tombolo.riscv.isa.Op}; those that are more than one
 * operation of the JVM have static methods: {@link tombolo.riscv.isa.Arithmetic}, {@link
 * tombolo.riscv.isa.Bits}, {@link Atomics}, {@link FloatOps}, and for fences and stops {@link
 * Interpreter}. Loads and stores probe {@link Tlb} and go to {@link HostBytes}, or else to {@link
 * MemoryAccess}. The interpreter has the remaining ones inline only, because each call of its
 * switch would count against the size that HotSpot compiles.
 *
 * <h2>What an engine keeps to</h2>
 *
 * <p>It polls {@link Hart#ATTENTION} at least at every jump backwards, so that {@link Quiescence}
 * and interrupts wait for a bounded number of instructions. It keeps nothing from one call to the
 * next that came from guest memory or from {@link Mmu}, except code that hangs on a {@link Block}
 * and is used only while the hart's tables lead to that block. Used by the thread that runs the
 * hart; engines without state of their own may be shared by harts.
 */
public interface Engine {
  /** How far {@link #run} may go past its limit; what is left before an exact stop. */
  int SLACK = Math.max(CodePage.MAX_INSTRUCTIONS, Region.MOST_INSTRUCTIONS);

  /**
   * Runs until something stops the hart. Stops soon after the limit: no block begins, and no region
   * jumps back, once {@link Hart#retired} is more than the limit, so at most {@link #SLACK}
   * instructions more are retired.
   */
  void run(Hart hart, long limit);

  /**
   * Runs until something stops the hart, but retires nothing beyond the limit: with {@link
   * Hart.Stop#PAUSE} and no attention, {@link Hart#retired} is the limit. Slower than {@link #run};
   * for the last few instructions.
   */
  void runExactly(Hart hart, long limit);

  /**
   * Returns whether {@link #run} with a limit of {@link Hart#retired} executes no more than the
   * block at pc.
   */
  default boolean keepsToBlocks() {
    return false;
  }
}
