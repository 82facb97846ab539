// SPDX-License-Identifier: Apache-2.0

package tombolo.junit;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.opentest4j.AssertionFailedError;
import tombolo.sim.Exploration;
import tombolo.sim.Shrinking;
import tombolo.sim.SimulationOptions;
import tombolo.sim.SimulationWatcher;
import tombolo.topology.Topology;

/** Explores before the test; see {@link Explore}, for which JUnit makes one. */
public final class ExploreExtension implements BeforeEachCallback, ParameterResolver {
  private static final String KEY = "summary";

  /** Used by JUnit. */
  public ExploreExtension() {}

  @Override
  public void beforeEach(ExtensionContext context) throws InterruptedException {
    Method method = context.getRequiredTestMethod();
    @Nullable Explore wanted = method.getAnnotation(Explore.class);
    if (wanted == null) {
      return;
    }
    if (wanted.value().isEmpty() == wanted.text().isEmpty()
        || wanted.runs() < 1
        || wanted.virtualSeconds() < 1) {
      throw new ExtensionConfigurationException(
          "@Explore: give a file or a text, and not both; at least one run and one second");
    }
    Topology topology =
        new TopologyPlan(wanted.value(), wanted.text(), Set.of(), TopologyPlan.DEADLINE, null)
            .topology();
    SimulationOptions options =
        new SimulationOptions(
            wanted.firstSeed(),
            wanted.memoryModel(),
            Duration.ofSeconds(wanted.virtualSeconds()).toNanos(),
            List.of(),
            false);
    Exploration.Summary summary =
        new Exploration(topology, options, wanted.runs(), false, () -> false)
            .explore(Runtime.getRuntime().availableProcessors());
    if (!summary.failures().isEmpty()) {
      throw failure(topology, options, summary.failures().getFirst());
    }
    store(context).put(KEY, summary);
  }

  private static AssertionFailedError failure(
      Topology topology, SimulationOptions options, Exploration.FailedRun failed)
      throws InterruptedException {
    Shrinking.@Nullable Result shrunk =
        Shrinking.shrink(topology, options.withSeed(failed.seed()), new SimulationWatcher() {});
    String told = shrunk == null ? "" : "\n" + String.join("\n", shrunk.text());
    return new AssertionFailedError(
        "seed %d: %s%s".formatted(failed.seed(), failed.failure().what(), told));
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Exploration.Summary.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    Exploration.@Nullable Summary summary = store(context).get(KEY, Exploration.Summary.class);
    if (summary == null) {
      throw new IllegalStateException("nothing was explored; put @Explore on the method");
    }
    return summary;
  }

  private static ExtensionContext.Store store(ExtensionContext context) {
    return context.getStore(ExtensionContext.Namespace.create(ExploreExtension.class));
  }
}
