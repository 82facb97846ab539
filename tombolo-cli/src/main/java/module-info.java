// SPDX-License-Identifier: Apache-2.0

/** The {@code tombolo} command. */
module tombolo.cli {
  requires info.picocli;
  requires jdk.management; // how much memory the host has
  requires org.tomlj;
  requires tombolo.ivc;
  requires tombolo.riscv;
  requires static org.jspecify;

  provides System.LoggerFinder with
      tombolo.cli.LogLines;

  // picocli reads the annotations of the commands and sets their fields.
  opens tombolo.cli to
      info.picocli;
}
