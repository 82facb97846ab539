// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

import static org.assertj.core.api.Assertions.assertThat;
import static tombolo.machine.virtio.TestDriver.BUFFERS;
import static tombolo.machine.virtio.TestDriver.NEXT;
import static tombolo.machine.virtio.TestDriver.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tombolo.machine.folder.FolderDevice;
import tombolo.machine.host.Clock;

/** A shared folder's device as its driver sees it. */
final class FolderDeviceTest {
  private static final long ANSWER = BUFFERS + 0x1_0000;
  private static final int CONFIG = 0x2000;
  private static final int VERSION = 100;
  private static final int ATTACH = 104;
  private static final int ERROR = 7;

  @TempDir private Path directory;
  private TestDriver driver;
  private int offered;

  @BeforeEach
  void start() throws IOException {
    driver = new TestDriver(new FolderDevice("folder0", "host", directory, false, Clock.system()));
    driver.start(1);
  }

  @AfterEach
  void close() {
    driver.close();
  }

  private void offer(int length, int room) throws InterruptedException {
    driver.describe(0, 0, BUFFERS, length, NEXT, 1);
    driver.describe(0, 1, ANSWER, room, WRITE, 0);
    driver.offer(0, 0);
    offered++;
  }

  /** Sends a request of these fields, and returns its answer. */
  private ByteBuffer request(int type, ByteBuffer fields) throws InterruptedException {
    int length = 7 + fields.flip().remaining();
    byte[] bytes = new byte[length];
    ByteBuffer request = little(bytes).putInt(length).put((byte) type).putShort((short) 0x1234);
    request.put(fields);
    driver.memory.write(BUFFERS, bytes, 0, length);
    offer(length, 4096);
    driver.awaitUsed(0, offered);
    byte[] answer = new byte[(int) driver.takeUsed(0)[1]];
    driver.memory.read(ANSWER, answer, 0, answer.length);
    assertThat(little(answer).getInt()).isEqualTo(answer.length);
    assertThat(little(answer).getShort(5)).isEqualTo((short) 0x1234);
    return little(answer);
  }

  private static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private ByteBuffer version(int messageSize) throws InterruptedException {
    byte[] version = "9P2000.L".getBytes(StandardCharsets.US_ASCII);
    return request(
        VERSION, little(new byte[64]).putInt(messageSize).putShort((short) 8).put(version));
  }

  private int attach() throws InterruptedException {
    return request(ATTACH, little(new byte[64]).putInt(1).putInt(-1).putInt(0).putInt(0)).get(4);
  }

  @Test
  void itsTagIsInItsConfiguration() {
    assertThat(driver.get(CONFIG, 2)).isEqualTo(4);
    assertThat(driver.get(CONFIG + 2, 4)).isEqualTo(0x74736f68); // "host"
  }

  @Test
  void requestsAreAnsweredInTheSameChain() throws Exception {
    ByteBuffer version = version(65536);
    assertThat(version.get(4)).isEqualTo((byte) (VERSION + 1));
    assertThat(version.getInt(7)).isEqualTo(65536);
    assertThat(attach()).isEqualTo(ATTACH + 1);
    assertThat(attach()).as("the fid is in use").isEqualTo(ERROR);
  }

  @Test
  void aResetForgetsTheClient() throws Exception {
    version(65536);
    attach();
    driver.start(1);
    offered = 0;

    version(65536);

    assertThat(attach()).isEqualTo(ATTACH + 1);
  }

  @Test
  void aChainThatHoldsNoMessageBreaksTheDevice() throws Exception {
    offer(6, 4096);
    driver.awaitBroken();
    driver.start(1);
    offer(23, 10);
    driver.awaitBroken();
    driver.start(1);
    offer(4097, 4096); // before a client has agreed to more
    driver.awaitBroken();
  }
}
