// SPDX-License-Identifier: Apache-2.0

package tombolo.junit;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Runs the VMs of a topology while tests run, and hands the tests a {@link RunningTopology} as a
 * parameter. JUnit makes one for {@link WithTopology}. Without an annotation, a field holds it:
 *
 * <pre>{@code
 * @RegisterExtension
 * static final TopologyExtension topology = TopologyExtension.file("greeting.toml");
 * }</pre>
 *
 * <p>If the field is static, the topology is started once for the class, before its first test;
 * otherwise it is started for each test. A test that wants several, or others for each of its
 * parameters, calls {@link #start} and closes what it gets; nothing is registered then.
 *
 * <p>A test begins when the VMs have been started, and waits for whatever it needs them to have
 * done. After the last test that can see it the topology is closed, which stops what runs. A
 * channel or memory that is left behind then fails the test or the class.
 *
 * <p><b>Stand-ins.</b> A test can take a VM's place, to test the others alone. Such a VM is not
 * started; the test has its grants and its quota, by {@link RunningTopology#standIn}.
 *
 * <p>Immutable; any thread.
 */
public final class TopologyExtension
    implements BeforeAllCallback,
        BeforeEachCallback,
        AfterEachCallback,
        AfterAllCallback,
        ParameterResolver {
  private static final String KEY = "topology";

  /** Null if the annotation has it. */
  private final @Nullable TopologyPlan plan;

  /** Used by JUnit, for {@link WithTopology}. */
  public TopologyExtension() {
    this.plan = null;
  }

  private TopologyExtension(TopologyPlan plan) {
    this.plan = plan;
  }

  /**
   * Returns an extension for the topology of a file.
   *
   * @param file relative to the working directory, or absolute; read when the VMs are started
   */
  public static TopologyExtension file(String file) {
    return new TopologyExtension(new TopologyPlan(file, "", Set.of(), TopologyPlan.DEADLINE, null));
  }

  /**
   * Returns an extension for a topology in the test's code.
   *
   * @param text as in a file; paths are relative to the working directory
   */
  public static TopologyExtension text(String text) {
    return new TopologyExtension(new TopologyPlan("", text, Set.of(), TopologyPlan.DEADLINE, null));
  }

  /**
   * Returns this extension with the test in the place of these VMs, which are not started.
   *
   * @param vms their names
   */
  public TopologyExtension withStandIns(String... vms) {
    TopologyPlan before = plan();
    return new TopologyExtension(
        new TopologyPlan(
            before.file(),
            before.text(),
            new LinkedHashSet<>(List.of(vms)),
            before.deadline(),
            before.seed()));
  }

  /** Returns this extension for a simulated run from a seed, as {@link WithTopology#seed} says. */
  public TopologyExtension withSeed(long seed) {
    return new TopologyExtension(plan().withSeed(seed));
  }

  /**
   * Returns this extension with another deadline for waits that name none; it is 30 s.
   *
   * @throws IllegalArgumentException unless it is positive
   */
  public TopologyExtension withDeadline(Duration deadline) {
    TopologyPlan before = plan();
    return new TopologyExtension(
        new TopologyPlan(before.file(), before.text(), before.standIns(), deadline, before.seed()));
  }

  /**
   * Starts the VMs now, for the caller, who closes the result. Can be called again.
   *
   * @throws RuntimeException if the topology has mistakes, with a line for each, or the host can't
   *     run it
   */
  public RunningTopology start() {
    return plan().start();
  }

  private TopologyPlan plan() {
    if (plan == null) {
      throw new IllegalStateException("no topology; use TopologyExtension.file or text");
    }
    return plan;
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    // A nested class has its own annotation, or what is started for the class around it.
    Optional<TopologyPlan> wanted =
        plan == null
            ? annotation(context)
            : running(context) == null ? Optional.of(plan) : Optional.empty();
    wanted.ifPresent(topology -> store(context).put(KEY, topology.start()));
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    Optional<TopologyPlan> wanted = plan == null ? annotation(context) : Optional.of(plan);
    if (wanted.isPresent() && (plan == null || running(context) == null)) {
      store(context).put(KEY, wanted.get().start());
    }
  }

  private static Optional<TopologyPlan> annotation(ExtensionContext context) {
    return AnnotationSupport.findAnnotation(context.getElement(), WithTopology.class)
        .map(TopologyPlan::of);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    close(context);
  }

  @Override
  public void afterAll(ExtensionContext context) {
    close(context);
  }

  /** Closes what was started for this test or class, and not what is for the class around it. */
  private void close(ExtensionContext context) {
    @Nullable RunningTopology started = store(context).remove(KEY, RunningTopology.class);
    if (started != null) {
      started.close();
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == RunningTopology.class && running(context) != null;
  }

  /** Gives each test its own view of the consoles, from their first lines. */
  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    @Nullable RunningTopology topology = running(context);
    if (topology == null) {
      throw new IllegalStateException("no topology is running");
    }
    return topology.fromTheBeginning();
  }

  private @Nullable RunningTopology running(ExtensionContext context) {
    return store(context).get(KEY, RunningTopology.class);
  }

  private ExtensionContext.Store store(ExtensionContext context) {
    return context.getStore(ExtensionContext.Namespace.create(TopologyExtension.class, this));
  }
}
