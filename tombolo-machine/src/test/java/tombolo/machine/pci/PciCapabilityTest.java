// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.pci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tombolo.machine.device.RecordedLine;

final class PciCapabilityTest {
  private static final int SLOT = 1 << 15;

  private final PciHost host =
      new PciHost(
          new PciWindow(0x4000_0000L, 0x1000_0000),
          PciWindow.NONE,
          Stream.generate(RecordedLine::new).limit(4).toList());
  private final List<String> accesses = new ArrayList<>();

  /** A capability that records what is done with it. */
  private final class Fake implements PciCapability {
    private final byte[] body;
    private final byte[] writable;

    Fake(byte[] body, byte[] writable) {
      this.body = body;
      this.writable = writable;
    }

    @Override
    public int id() {
      return VENDOR_SPECIFIC;
    }

    @Override
    public byte[] body() {
      return body;
    }

    @Override
    public byte[] writable() {
      return writable;
    }

    @Override
    public void beforeRead(ByteBuffer bytes, int offset, int size) {
      accesses.add("read %d, %d".formatted(offset, size));
      bytes.put(4, (byte) accesses.size());
    }

    @Override
    public void afterWrite(ByteBuffer bytes, int offset, int size) {
      accesses.add("write %d, %d: %x".formatted(offset, size, bytes.getInt(0)));
    }

    @Override
    public void reset() {
      accesses.add("reset");
    }
  }

  private void add(List<PciCapability> capabilities) {
    host.add(
        1,
        new PciFunction() {
          @Override
          public String name() {
            return "fake";
          }

          @Override
          public PciIdentity identity() {
            return new PciIdentity(0x1234, 0x5678, 0xff0000, 1, 0x9abc, 0xdef0);
          }

          @Override
          public List<PciBar> bars() {
            return List.of();
          }

          @Override
          public List<PciCapability> capabilities() {
            return capabilities;
          }
        });
    accesses.clear();
  }

  private long in(int at, int size) {
    return host.read(SLOT + at, size);
  }

  @Test
  void aFunctionWithoutAnyHasNoList() {
    add(List.of());
    assertThat(in(0x06, 2)).isZero();
    assertThat(in(0x34, 1)).isZero();
  }

  @Test
  void capabilitiesAreChainedAtAlignedOffsets() {
    Fake odd = new Fake(new byte[] {1, 2, 3}, new byte[3]);
    add(List.of(odd, odd));
    assertThat(in(0x06, 2)).isEqualTo(0x10);
    assertThat(in(0x34, 1)).isEqualTo(0x40);
    assertThat(in(0x40, 4)).isEqualTo(0x0201_4809);
    assertThat(in(0x48, 4)).isEqualTo(0x0201_0009);
  }

  @Test
  void onlyWritableBitsChange() {
    add(List.of(new Fake(new byte[] {0x55, 0x55, 0}, new byte[] {0x0f, 0, 0})));
    host.write(SLOT + 0x40, 4, 0xffff_ffffL);
    assertThat(accesses).containsExactly("write 0, 4: 555f0009");
    assertThat(in(0x42, 2)).isEqualTo(0x555f);
  }

  @Test
  void aCapabilityHearsOfWhatTouchesItAndCanAnswer() {
    add(List.of(new Fake(new byte[4], new byte[4])));
    assertThat(in(0x44, 1)).isEqualTo(1);
    in(0x3c, 4);
    in(0x46, 1);
    in(0x3c, 8);
    assertThat(accesses).containsExactly("read 4, 1", "read -4, 8");
  }

  @Test
  void resetBringsThePowerOnBytesBack() {
    add(List.of(new Fake(new byte[] {7, 0, 0}, new byte[] {-1, 0, 0})));
    host.write(SLOT + 0x42, 1, 0x21);
    assertThat(in(0x42, 1)).isEqualTo(0x21);
    accesses.clear();
    host.reset();
    assertThat(accesses).containsExactly("reset");
    assertThat(in(0x42, 1)).isEqualTo(7);
  }

  @Test
  void tooManyAreRefused() {
    Fake large = new Fake(new byte[190], new byte[190]);
    assertThatIllegalArgumentException().isThrownBy(() -> add(Collections.nCopies(2, large)));
    add(List.of(large));
    assertThat(in(0xff, 1)).isZero();
  }

  @Test
  void theSubsystemIsWhatTheFunctionSays() {
    add(List.of());
    assertThat(in(0x2c, 4)).isEqualTo(0xdef0_9abcL);
  }
}
