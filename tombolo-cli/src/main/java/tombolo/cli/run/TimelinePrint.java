// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tombolo.cli.image.WholeFile;
import tombolo.cli.view.Json;
import tombolo.sim.Shrinking;
import tombolo.sim.Timeline;
import tombolo.topology.InputException;

/** A shrunk failure as JSON, and as a page of HTML that needs no other file. */
final class TimelinePrint {
  private TimelinePrint() {}

  /** Returns the failure as one object of JSON. */
  static String json(long seed, Shrinking.Result shrunk) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("seed", seed);
    object.put("failure", shrunk.failure().what());
    object.put("differences", shrunk.after());
    object.put("of", shrunk.before());
    object.put("runs", shrunk.runs());
    object.put("timeline", shrunk.timeline().lines().stream().map(TimelinePrint::fields).toList());
    return Json.write(object);
  }

  private static Map<String, Object> fields(Timeline.Line line) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("who", line.who());
    fields.put("where", line.where());
    fields.put("what", line.what());
    fields.put("different", line.different());
    fields.put("times", line.times());
    fields.put("span", line.span());
    return fields;
  }

  /**
   * Writes the failure as a page: a column for each worker, time goes down.
   *
   * @throws InputException if the file can't be written
   */
  static void write(Path file, String command, Shrinking.Result shrunk) {
    List<String> workers =
        shrunk.timeline().lines().stream().map(Timeline.Line::who).distinct().sorted().toList();
    StringBuilder page = new StringBuilder();
    page.append(
        """
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"><title>%s</title><style>
        body { font: 14px/1.4 sans-serif; margin: 2em; }
        table { border-collapse: collapse; }
        th { text-align: left; position: sticky; top: 0; background: #fff; }
        th, td { border-left: 1px solid #ccc; padding: 1px 8px; vertical-align: top; }
        small { color: #777; display: block; }
        .different { background: #fe9; }
        </style></head><body>
        <h1>%s</h1><p><code>%s</code></p><p>%s</p><table><tr>
        """
            .formatted(
                escape(shrunk.failure().what()),
                escape(shrunk.failure().what()),
                escape(command),
                escape(shrunk.summary())));
    workers.forEach(worker -> page.append("<th>").append(escape(worker)).append("</th>"));
    page.append("</tr>\n");
    for (Timeline.Line line : shrunk.timeline().lines()) {
      page.append("<tr>").append("<td></td>".repeat(workers.indexOf(line.who())));
      page.append(line.different() ? "<td class=\"different\">" : "<td>");
      page.append(escape(line.what() + line.repeated()));
      page.append("<small>").append(escape(line.where())).append("</small></td></tr>\n");
    }
    page.append("</table></body></html>\n");
    try {
      byte[] bytes = page.toString().getBytes(StandardCharsets.UTF_8);
      WholeFile.write(file, out -> out.write(bytes));
    } catch (IOException e) {
      throw new InputException(
          "%s: can't be written: %s; choose another file for --html"
              .formatted(file, e.getMessage()));
    }
  }

  /** Names of functions come from guests. */
  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
