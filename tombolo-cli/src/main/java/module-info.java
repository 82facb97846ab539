// SPDX-License-Identifier: Apache-2.0

/** The {@code tombolo} command. */
@SuppressWarnings("module") // tombolo.junit is compiled after this one
module tombolo.cli {
  requires info.picocli;
  requires jdk.management; // how much memory the host has
  requires org.tomlj;
  requires tombolo.ivc;
  requires tombolo.riscv;
  requires static org.jspecify;

  // What a file says, and how its VMs are made, is for tests of guests as well.
  exports tombolo.cli.topology to
      tombolo.junit;

  provides System.LoggerFinder with
      tombolo.cli.LogLines;

  // picocli reads the annotations of the commands and sets their fields.
  opens tombolo.cli to
      info.picocli;
}
