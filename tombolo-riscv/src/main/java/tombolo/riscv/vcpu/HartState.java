// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.vcpu;

import tombolo.machine.state.StateReader;

/** States of a hart (RISC-V SBI 2.0, Hart State Management Extension), with their numbers there. */
enum HartState {
  STARTED(0),
  STOPPED(1),
  START_PENDING(2),
  SUSPENDED(4);

  final int number;

  HartState(int number) {
    this.number = number;
  }

  /** Reads the number of one. */
  static HartState of(StateReader in) {
    int number = in.int32();
    for (HartState state : values()) {
      if (state.number == number) {
        return state;
      }
    }
    throw in.wrong("a hart has no state " + number);
  }
}
