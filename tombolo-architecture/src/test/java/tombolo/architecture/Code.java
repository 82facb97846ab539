// SPDX-License-Identifier: Apache-2.0

package tombolo.architecture;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;

/** The code that the tests of this package read: every class that ships, and no test. */
final class Code {
  /** Read once, because reading is the slow part. */
  static final JavaClasses ALL =
      new ClassFileImporter()
          .withImportOption(location -> !location.contains("test-classes"))
          .withImportOption(location -> !location.contains("tombolo-testing"))
          .withImportOption(location -> !location.contains("jmh_generated"))
          .importPackages("tombolo");

  private Code() {}

  /** The part of a package's name that names its module: {@code machine} of tombolo.machine.fdt. */
  static String module(JavaClass type) {
    String inTombolo = type.getPackageName().substring("tombolo.".length());
    int dot = inTombolo.indexOf('.');
    return dot < 0 ? inTombolo : inTombolo.substring(0, dot);
  }
}
