// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.vcpu;

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
}
