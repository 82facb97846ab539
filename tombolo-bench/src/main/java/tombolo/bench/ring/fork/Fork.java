// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring.fork;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import tombolo.bench.ring.contender.Contender;
import tombolo.bench.ring.contender.Medium;
import tombolo.bench.ring.contender.Place;
import tombolo.bench.ring.contender.Size;
import tombolo.bench.suite.BenchmarkException;

/**
 * The program of a JVM that has one contender in it, with both of its ends or with one. It reads a
 * {@link Turn} a line, takes it, and answers with the line of a {@link Took}. It ends with its
 * standard input; or with status 1 and a line on standard error where anything is wrong.
 *
 * @param part what this process does
 * @param directory where both ends meet
 */
public record Fork(Part part, Contender contender, Size size, Effort effort, Path directory) {
  /** What a process does of a measurement. */
  public enum Part {
    BOTH,
    SEND,
    RECEIVE
  }

  /** Returns the arguments of {@link #main}. */
  List<String> arguments() {
    return List.of(
        part.name(),
        contender.name(),
        size.name(),
        String.valueOf(effort.leadInMicros()),
        String.valueOf(effort.sliceMicros()),
        String.valueOf(effort.mostRate()),
        directory.toString());
  }

  /** Takes turns until there are no more; {@link #arguments} are its arguments. */
  public static void main(String[] arguments) {
    int status = 1;
    try {
      Fork fork =
          new Fork(
              Part.valueOf(arguments[0]),
              Contender.valueOf(arguments[1]),
              Size.valueOf(arguments[2]),
              new Effort(
                  0,
                  Integer.parseInt(arguments[3]),
                  Integer.parseInt(arguments[4]),
                  Integer.parseInt(arguments[5])),
              Path.of(arguments[6]));
      fork.run();
      status = 0;
    } catch (BenchmarkException e) {
      System.err.println(e.getMessage());
    } catch (IOException | RuntimeException e) {
      System.err.println(e);
    }
    // Peers leave threads behind that would keep the process.
    System.exit(status);
  }

  private void run() throws IOException {
    End end = open();
    BufferedReader turns =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    for (String turn = turns.readLine(); turn != null; turn = turns.readLine()) {
      System.out.println(end.take(Turn.valueOf(turn)).line());
    }
  }

  private End open() {
    Place place = new Place(directory, part != Part.BOTH);
    Ends ends = new Ends(size, effort, Pinning.ofThisHost());
    if (contender == Contender.MEMCPY) {
      ends.pinning().pin(Pinning.SENDER);
      return new MemoryCopy(place, size, effort);
    }
    Medium medium = contender.open(place, size);
    return switch (part) {
      case BOTH -> new ThreadPair(ends.sending(medium), ends.receiving(medium));
      case SEND -> ends.sending(medium);
      case RECEIVE -> ends.receiving(medium);
    };
  }
}
