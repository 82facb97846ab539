// SPDX-License-Identifier: Apache-2.0

package tombolo.junit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;
import tombolo.testing.WorkTree;

class ReadmeExampleTest {
  @Test
  void theReadmeHasTheLinesOfGreetingTest() throws IOException {
    String here =
        Files.readString(
            WorkTree.path("tombolo-junit/src/test/java/tombolo/junit/GreetingTest.java"));
    String begin = "// README: begin\n";
    String code =
        here.substring(here.indexOf(begin) + begin.length(), here.indexOf("// README: end"));

    assertThat(Files.readString(WorkTree.path("README.md"))).contains("```java\n" + code);
  }
}
