// SPDX-License-Identifier: Apache-2.0

/** The {@code tombolo} command. */
module tombolo.cli {
  requires info.picocli;
  requires java.management; // --stats: the time of the JIT compiler
  requires jdk.unsupported; // sun.misc.Signal: a job stops and goes on by signals
  requires tombolo.bridge;
  requires tombolo.debug;
  requires tombolo.sim;
  requires tombolo.topology;
  requires static org.jspecify;

  provides System.LoggerFinder with
      tombolo.cli.run.LogLines;

  // picocli reads the annotations of the commands and sets their fields.
  opens tombolo.cli to
      info.picocli;
  opens tombolo.cli.command to
      info.picocli;
  opens tombolo.cli.run to
      info.picocli;
}
