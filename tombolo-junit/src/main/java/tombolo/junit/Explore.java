// SPDX-License-Identifier: Apache-2.0

package tombolo.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;
import tombolo.sim.MemoryModel;

/**
 * Runs a topology from many seeds before a test method, each with another schedule, as {@code
 * tombolo explore} does. If a run fails, so does the test, with the seed and the timeline of the
 * smallest such run in its message. Otherwise the method is called; it can take the {@link
 * tombolo.sim.Exploration.Summary} as a parameter.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@ExtendWith(ExploreExtension.class)
public @interface Explore {
  /** A topology file, relative to the working directory. Either this or {@link #text} is given. */
  String value() default "";

  /** The text of a topology file; paths are relative to the working directory. */
  String text() default "";

  /** How many runs, at least 1. */
  long runs() default 1_000;

  /** The seed of the first run; each run takes the next one. */
  long firstSeed() default 1;

  /** What harts see of each other's accesses to shared memory. */
  MemoryModel memoryModel() default MemoryModel.RVWMO;

  /** Virtual time after which a run that has not ended has failed, in seconds, at least 1. */
  int virtualSeconds() default 60;
}
