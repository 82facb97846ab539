// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import tombolo.bench.BenchmarkException;

/**
 * The program that {@link RingSuite} runs for each measurement: in one process for both ends, or in
 * two. It prints a {@link Measured#line} where messages are received, and exits with 1 and a line
 * on standard error where anything is wrong.
 *
 * @param part what this process does
 * @param directory where both ends meet
 */
record Fork(Part part, Contender contender, Size size, Effort effort, Path directory) {
  /** What a process does of a measurement. */
  enum Part {
    BOTH,
    SEND,
    RECEIVE
  }

  /** The arguments of {@link #main}. */
  List<String> arguments() {
    return List.of(part.name(), contender.name(), size.name(), effort.name(), directory.toString());
  }

  /** As {@link #arguments} has them. */
  public static void main(String[] arguments) {
    int status = 1;
    try {
      Fork fork =
          new Fork(
              Part.valueOf(arguments[0]),
              Contender.valueOf(arguments[1]),
              Size.valueOf(arguments[2]),
              Effort.valueOf(arguments[3]),
              Path.of(arguments[4]));
      fork.run();
      status = 0;
    } catch (BenchmarkException e) {
      System.err.println(e.getMessage());
    } catch (InterruptedException | IOException | RuntimeException e) {
      System.err.println(e);
    }
    // Peers leave threads behind that would keep the process.
    System.exit(status);
  }

  private void run() throws InterruptedException, IOException {
    Place place = new Place(directory, part != Part.BOTH);
    ThreadPair pair = new ThreadPair(effort, size, Pinning.ofThisHost());
    if (contender == Contender.MEMCPY) {
      pair.pinning().pin(Pinning.SENDER);
      System.out.println(new MemoryCopy(place, size.bytes()).measure(effort).line());
      return;
    }
    Medium medium = contender.open(place, size);
    switch (part) {
      case BOTH -> System.out.println(pair.measure(medium).line());
      case RECEIVE -> System.out.println(pair.receive(medium).line());
      case SEND -> {
        pair.send(medium);
        // Aeron's driver is here, and what is sent is not received yet: the suite says when to go.
        while (System.in.read() >= 0) {}
      }
    }
  }
}
