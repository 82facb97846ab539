// SPDX-License-Identifier: Apache-2.0
package tombolo.memory;

import java.util.ArrayList;
import java.util.List;

/** A cache without a vCPU that records the requests it gets. For one thread. */
final class RecordingCache implements TranslationCache {
  final List<String> calls = new ArrayList<>();
  Runnable onMap = () -> {};
  Runnable onDrop = () -> {};
  Runnable onAwait = () -> {};

  @Override
  public void mapped(MemoryRegion region) {
    calls.add("map 0x%x 0x%x".formatted(region.gpa(), region.size()));
    onMap.run();
  }

  @Override
  public void requestDrop(long gpa, long size) {
    calls.add("drop 0x%x 0x%x".formatted(gpa, size));
    onDrop.run();
  }

  @Override
  public void awaitDropped() {
    calls.add("await");
    onAwait.run();
  }
}
