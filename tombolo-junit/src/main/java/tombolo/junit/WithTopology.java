// SPDX-License-Identifier: Apache-2.0

package tombolo.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Runs the VMs of a topology while tests run. On a class: one topology for all its tests, also
 * those of {@code @Nested} classes, from before the first to after the last. On a method: one for
 * this test alone, which then sees no other. Tests take it as a parameter of type {@link
 * RunningTopology}.
 *
 * <p>See {@link TopologyExtension} for more, and to do the same without an annotation.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Documented
@ExtendWith(TopologyExtension.class)
public @interface WithTopology {
  /**
   * A topology file, relative to the working directory, which Maven and Gradle make that of the
   * project. Either this or {@link #text} is given.
   */
  String value() default "";

  /** The text of a topology file; paths are relative to the working directory. */
  String text() default "";

  /** Names of VMs that are not started because the test is in their place. */
  String[] standIns() default {};

  /**
   * The seed of a simulated run, if there is one number here. One thread, that of the test, runs
   * all VMs in virtual time then, while the test waits for something. The same seed gives the same
   * run. Deadlines are virtual time.
   */
  long[] seed() default {};

  /** The deadline of waits that name none, in seconds, at least 1. */
  int deadlineSeconds() default 30;
}
