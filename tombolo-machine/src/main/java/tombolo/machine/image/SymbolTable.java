// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.image;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A program's symbols by address, to say where a guest stood. Immutable, thread-safe. Addresses are
 * guest virtual ones and compare unsigned.
 */
public final class SymbolTable {
  /** No symbols. */
  public static final SymbolTable EMPTY = new SymbolTable(new long[0], new String[0], 0);

  /** A name and the address that it stands for. */
  public record Symbol(long address, String name) {}

  // Ascending by unsigned address, without duplicates.
  private final long[] addresses;
  private final String[] names;
  private final long limit;

  private SymbolTable(long[] addresses, String[] names, long limit) {
    this.addresses = addresses;
    this.names = names;
    this.limit = limit;
  }

  /**
   * A table of these symbols. Of several with one address the first is kept.
   *
   * @param symbols in any order of addresses
   * @param limit first address behind the program: nothing at or above it is near a symbol
   */
  public static SymbolTable of(Collection<Symbol> symbols, long limit) {
    List<Symbol> sorted = new ArrayList<>(symbols);
    sorted.sort(Comparator.comparing(Symbol::address, Long::compareUnsigned));
    List<Symbol> distinct = new ArrayList<>(sorted.size());
    for (Symbol symbol : sorted) {
      if (distinct.isEmpty() || distinct.getLast().address != symbol.address) {
        distinct.add(symbol);
      }
    }
    return new SymbolTable(
        distinct.stream().mapToLong(Symbol::address).toArray(),
        distinct.stream().map(Symbol::name).toArray(String[]::new),
        limit);
  }

  /** How many addresses have a name. */
  public int size() {
    return addresses.length;
  }

  /**
   * The last symbol at or below the address, as {@code name} or {@code name+0x12}; null if none is.
   */
  public @Nullable String nearest(long address) {
    int index = lastAtOrBelow(address);
    if (index < 0 || Long.compareUnsigned(address, limit) >= 0) {
      return null;
    }
    long offset = address - addresses[index];
    return offset == 0 ? names[index] : names[index] + "+0x" + Long.toHexString(offset);
  }

  private int lastAtOrBelow(long address) {
    int low = 0;
    int high = addresses.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (Long.compareUnsigned(addresses[middle], address) <= 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - 1;
  }
}
