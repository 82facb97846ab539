// SPDX-License-Identifier: Apache-2.0
package tombolo.testing;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.HashMap;
import java.util.Map;

/** Functions of a {@link CLibrary} that give an int, called by name. Not for many threads. */
public final class CFunctions {
  private final CLibrary library;
  private final Map<String, MethodHandle> functions = new HashMap<>();

  /** None yet. */
  public CFunctions(CLibrary library) {
    this.library = library;
  }

  /**
   * Lets a function be called.
   *
   * @throws AssertionError where there is none of that name
   */
  public void add(String name, MemoryLayout... arguments) {
    functions.put(
        name, library.function(name, FunctionDescriptor.of(ValueLayout.JAVA_INT, arguments)));
  }

  /**
   * Calls a function that was added.
   *
   * @throws AssertionError where it was not, or the arguments are not its
   */
  public int call(String name, Object... arguments) {
    MethodHandle function = functions.get(name);
    if (function == null) {
      throw new AssertionError("no function " + name + " was added");
    }
    return CLibrary.call(() -> (int) function.invokeWithArguments(arguments));
  }
}
