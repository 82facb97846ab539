// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A life may get the number of one that nobody has joined, and must not be mistaken for it. */
@DisplayName("A life of a side, after one that was seen and never joined")
final class LivesTest {
  private static final int MOST = 128;

  private static CRing c;

  private final MemorySegment ring = Arena.ofAuto().allocate(SpscRing.size(MOST), 128);
  private final MemorySegment readers = ring.asSlice(0, SpscRing.READER_PART_SIZE);
  private final MemorySegment writers = ring.asSlice(SpscRing.READER_PART_SIZE);
  private final MemorySegment message = Arena.ofAuto().allocate(MOST, 8);
  private final MemorySegment buffer = Arena.ofAuto().allocate(2 * MOST, 8);

  @BeforeAll
  static void compile(@TempDir Path directory) throws Exception {
    c = CRing.compile(directory);
  }

  private static RingSide.Language language(boolean inC) {
    return inC ? c : new JavaRing();
  }

  @ParameterizedTest(name = "in C: {0}")
  @ValueSource(booleans = {false, true})
  void isReadWithItsOwnCapacity(boolean inC) {
    RingSide.Language language = language(inC);
    RingSide.Reader reader = language.reader(writers, readers);
    RingSide.Writer first = language.writer(writers, readers, 64);
    assertThat(reader.drain(buffer, 1)).isZero();
    assertThat(first.offer(1, message, 10)).isEqualTo(Answer.OK);
    assertThat(reader.drain(buffer, 1)).isOne();
    first.close();
    RingSide.Writer second = language.writer(writers, readers, 64);
    assertThat(reader.drain(buffer, 1)).isEqualTo(Answer.PEER_RESTARTED);
    second.close();
    RingSide.Writer third = language.writer(writers, readers, 128);

    assertThat(reader.drain(buffer, 1)).isZero();
    assertThat(third.offer(1, message, 50)).isEqualTo(Answer.OK);
    assertThat(reader.drain(buffer, 1)).isOne();
  }

  @ParameterizedTest(name = "in C: {0}")
  @ValueSource(booleans = {false, true})
  void isRungForItsOwnSleep(boolean inC) {
    RingSide.Language language = language(inC);
    RingSide.Reader early = language.reader(writers, readers);
    assertThat(early.sleep()).isTrue();
    RingSide.Writer writer = language.writer(writers, readers, 64);
    assertThat(writer.offer(1, message, 10)).isEqualTo(Answer.NOT_CONNECTED);
    assertThat(writer.peerSleeps()).isTrue();
    early.close();
    RingSide.Reader late = language.reader(writers, readers);
    assertThat(late.sleep()).isTrue();

    assertThat(writer.offer(1, message, 10)).isEqualTo(Answer.OK);
    assertThat(writer.peerSleeps()).isTrue();
  }
}
