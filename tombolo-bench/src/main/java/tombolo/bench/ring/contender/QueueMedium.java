// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring.contender;

import org.jctools.queues.MessagePassingQueue;
import org.jctools.queues.SpscArrayQueue;

/**
 * JCTools' SpscArrayQueue of references to messages that were made before. No bytes are copied;
 * only the two words that are checked are written. A ring of bytes can hardly be that fast.
 */
final class QueueMedium implements Medium {
  /** The number of the smallest messages that fit into the others' buffers. */
  private static final int CAPACITY = Place.CAPACITY / 32;

  private final SpscArrayQueue<Message> queue = new SpscArrayQueue<>(CAPACITY);
  private final int bytes;

  /** A message; the queue's release and acquire order its fields. */
  private static final class Message {
    private long first;
    private long last;
  }

  QueueMedium(int bytes) {
    this.bytes = bytes;
  }

  @Override
  public Sender sender() {
    // More than the queue and the receiver hold, so that a message that comes round again is free.
    Message[] pool = new Message[2 * CAPACITY];
    for (int i = 0; i < pool.length; i++) {
      pool[i] = new Message();
    }
    return (first, last) -> {
      Message message = pool[(int) last & (pool.length - 1)];
      message.first = first;
      message.last = last;
      return queue.offer(message);
    };
  }

  @Override
  public Receiver receiver(Arrivals arrivals) {
    MessagePassingQueue.Consumer<Message> consumer =
        message -> arrivals.message(bytes, message.first, message.last);
    return () -> queue.drain(consumer, Receiver.LIMIT);
  }
}
