// SPDX-License-Identifier: Apache-2.0

import static java.lang.classfile.ClassFile.JAVA_8_VERSION;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.lang.constant.ClassDesc;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Gives stack maps to the classes of a jar that have none, in place: {@code java StackMaps.java
 * JAR}.
 *
 * <p>An AOT cache holds no class that was compiled for Java 5, and none that extends one: the JVM
 * has to infer the types in its code anew each time. picocli is compiled for Java 5. Nothing but
 * the stack maps and the version changes.
 */
final class StackMaps {
  private static final ClassTransform WITH_STACK_MAPS =
      ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL)
          .andThen(
              (builder, element) ->
                  builder.with(
                      element instanceof ClassFileVersion
                          ? ClassFileVersion.of(JAVA_8_VERSION, 0)
                          : element));

  private StackMaps() {}

  public static void main(String[] arguments) throws IOException {
    try (FileSystem jar = FileSystems.newFileSystem(Path.of(arguments[0]))) {
      ClassHierarchyResolver types =
          ClassHierarchyResolver.ofResourceParsing((ClassDesc type) -> open(jar, type))
              .orElse(ClassHierarchyResolver.defaultResolver());
      ClassFile format =
          ClassFile.of(StackMapsOption.GENERATE_STACK_MAPS, ClassHierarchyResolverOption.of(types));
      for (Path file : classes(jar)) {
        ClassModel old = format.parse(file);
        if (old.majorVersion() < ClassFile.JAVA_6_VERSION) {
          Files.write(file, format.transformClass(old, WITH_STACK_MAPS));
        }
      }
    }
  }

  private static List<Path> classes(FileSystem jar) throws IOException {
    try (Stream<Path> files = Files.walk(jar.getPath("/"))) {
      return files.filter(file -> file.toString().endsWith(".class")).toList();
    }
  }

  /** Returns a class of the jar, as far as it is of the jar; null tells that it is not. */
  private static InputStream open(FileSystem jar, ClassDesc type) {
    String descriptor = type.descriptorString(); // such as Ljava/lang/Object;
    Path file = jar.getPath("/", descriptor.substring(1, descriptor.length() - 1) + ".class");
    try {
      return Files.exists(file) ? Files.newInputStream(file) : null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
