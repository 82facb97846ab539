// SPDX-License-Identifier: Apache-2.0

/** The {@code tombolo} command. */
module tombolo.cli {
  requires info.picocli;
  requires tombolo.riscv;
  requires static org.jspecify;

  // picocli reads the annotations of the commands and sets their fields.
  opens tombolo.cli to
      info.picocli;
}
