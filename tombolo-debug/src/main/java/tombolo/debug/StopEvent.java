// SPDX-License-Identifier: Apache-2.0
package tombolo.debug;

import org.jspecify.annotations.Nullable;

/**
 * Why a target has stopped.
 *
 * @param kind what has happened
 * @param vcpu the vCPU that GDB shows, from 0
 * @param watchpoint which one was hit; null for other kinds
 * @param text a line for the person at the debugger; empty for none
 */
public record StopEvent(Kind kind, int vcpu, @Nullable Watchpoint watchpoint, String text) {
  /** What has happened. */
  public enum Kind {
    /** The next instruction has a breakpoint. */
    BREAKPOINT,
    /** Watched memory was accessed; going backwards, it will be. */
    WATCHPOINT,
    /** One instruction was executed, or undone. */
    STEPPED,
    /** GDB has asked for it, or has only come. */
    INTERRUPTED,
    /** Nothing was before this; only where one can go backwards. */
    BEGIN,
    /** Nothing comes after this; only where one can go backwards. */
    END
  }

  /** An event without a watchpoint and a text. */
  public static StopEvent of(Kind kind, int vcpu) {
    return new StopEvent(kind, vcpu, null, "");
  }
}
