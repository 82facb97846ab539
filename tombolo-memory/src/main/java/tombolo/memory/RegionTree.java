// SPDX-License-Identifier: Apache-2.0
package tombolo.memory;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An immutable AVL tree of regions that do not overlap, by guest physical address. Adding or
 * removing a region creates a new tree that shares all but O(log n) nodes with the old one.
 *
 * <p>So a reader needs only one volatile read of the root: the tree that it finds is whole and does
 * not change, whatever a writer does meanwhile. {@code null} is the empty tree.
 */
final class RegionTree {
  final MemoryRegion region;
  private final @Nullable RegionTree left;
  private final @Nullable RegionTree right;

  /** Copies of the region's bounds, so that a look-up touches one object a level. */
  private final long start;

  private final long end;

  /** Height of the tree. The heights of its two subtrees differ by at most 1. */
  private final int height;

  private RegionTree(@Nullable RegionTree left, MemoryRegion region, @Nullable RegionTree right) {
    this.left = left;
    this.region = region;
    this.right = right;
    this.start = region.gpa();
    this.end = region.end();
    this.height = 1 + Math.max(height(left), height(right));
  }

  /** Returns the region that contains this address, or null. Allocates nothing. */
  static @Nullable MemoryRegion at(@Nullable RegionTree tree, long gpa) {
    RegionTree node = tree;
    while (node != null) {
      if (gpa < node.start) {
        node = node.left;
      } else if (gpa >= node.end) {
        node = node.right;
      } else {
        return node.region;
      }
    }
    return null;
  }

  /** Returns a region with a byte from {@code from} to {@code to} − 1, or null. */
  static @Nullable MemoryRegion overlapping(@Nullable RegionTree tree, long from, long to) {
    RegionTree node = tree;
    while (node != null) {
      if (to <= node.start) {
        node = node.left;
      } else if (from >= node.end) {
        node = node.right;
      } else {
        return node.region;
      }
    }
    return null;
  }

  /** Returns the tree with one more region, which must not overlap any in it. */
  static RegionTree with(@Nullable RegionTree tree, MemoryRegion region) {
    if (tree == null) {
      return new RegionTree(null, region, null);
    }
    return region.gpa() < tree.start
        ? balanced(with(tree.left, region), tree.region, tree.right)
        : balanced(tree.left, tree.region, with(tree.right, region));
  }

  /** Returns the tree without the region that begins at this address, if there is one. */
  static @Nullable RegionTree without(@Nullable RegionTree tree, long gpa) {
    if (tree == null) {
      return null;
    }
    if (gpa < tree.start) {
      return balanced(without(tree.left, gpa), tree.region, tree.right);
    }
    if (gpa > tree.start) {
      return balanced(tree.left, tree.region, without(tree.right, gpa));
    }
    if (tree.left == null) {
      return tree.right;
    }
    if (tree.right == null) {
      return tree.left;
    }
    MemoryRegion next = first(tree.right);
    return balanced(tree.left, next, without(tree.right, next.gpa()));
  }

  /** Gives every region to the consumer, in ascending order of addresses. */
  static void forEach(@Nullable RegionTree tree, Consumer<MemoryRegion> consumer) {
    if (tree != null) {
      forEach(tree.left, consumer);
      consumer.accept(tree.region);
      forEach(tree.right, consumer);
    }
  }

  /**
   * Gives every region with a byte from {@code from} to {@code to} − 1 to the consumer, in
   * ascending order of addresses.
   */
  static void forEachOverlapping(
      @Nullable RegionTree tree, long from, long to, Consumer<MemoryRegion> consumer) {
    if (tree == null) {
      return;
    }
    if (from < tree.start) {
      forEachOverlapping(tree.left, from, to, consumer);
    }
    if (from < tree.end && to > tree.start) {
      consumer.accept(tree.region);
    }
    if (to > tree.end) {
      forEachOverlapping(tree.right, from, to, consumer);
    }
  }

  static int height(@Nullable RegionTree tree) {
    return tree == null ? 0 : tree.height;
  }

  private static MemoryRegion first(RegionTree tree) {
    RegionTree node = tree;
    while (node.left != null) {
      node = node.left;
    }
    return node.region;
  }

  /** Joins two trees whose heights differ by at most 2. */
  private static RegionTree balanced(
      @Nullable RegionTree left, MemoryRegion region, @Nullable RegionTree right) {
    if (left != null && left.height > height(right) + 1) {
      if (left.right != null && left.right.height > height(left.left)) {
        RegionTree middle = left.right;
        return new RegionTree(
            new RegionTree(left.left, left.region, middle.left),
            middle.region,
            new RegionTree(middle.right, region, right));
      }
      return new RegionTree(left.left, left.region, new RegionTree(left.right, region, right));
    }
    if (right != null && right.height > height(left) + 1) {
      if (right.left != null && right.left.height > height(right.right)) {
        RegionTree middle = right.left;
        return new RegionTree(
            new RegionTree(left, region, middle.left),
            middle.region,
            new RegionTree(middle.right, right.region, right.right));
      }
      return new RegionTree(new RegionTree(left, region, right.left), right.region, right.right);
    }
    return new RegionTree(left, region, right);
  }
}
