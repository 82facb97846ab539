// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.console;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import java.util.function.Consumer;
import tombolo.machine.host.HostServices;

/**
 * A console that prints to a stream and is typed at from another one. Bytes pass as they are.
 *
 * <p>Nothing is lost while somebody reads: if the stream is slower than the guest, the guest waits,
 * and {@link #close()} returns when everything is written. Output is dropped, and counted, only if
 * the stream is broken (a closed pipe), after closing, after {@link #abandon()}, and if the waiting
 * vCPU is interrupted because its VM ends.
 *
 * <p>Thread-safe. Two workers serve the streams, one for each direction. They face the host and do
 * not rest with the VM: what is typed while the VM is suspended waits here.
 */
public final class StreamConsole implements Console, AutoCloseable {
  private final OuterTerminal terminal = new OuterTerminal();
  private final ConsoleOutput output;
  private final ConsoleInput input;

  /**
   * Makes a console that only prints, until {@link #readFrom} is called.
   *
   * @param name begins the workers' names; usually the VM's
   * @param out gets the guest's output; flushed, never closed
   * @param host runs the workers
   */
  public StreamConsole(String name, OutputStream out, HostServices host) {
    output = new ConsoleOutput(name + "/console-out", out, host);
    input = new ConsoleInput(name + "/console-in", host);
    output.start();
  }

  /**
   * Types for the guest what comes from the stream, until its end. The worker that does it is held
   * by the stream's read: after {@link #close()} it ends with the next byte or the end of the
   * stream.
   */
  public void readFrom(InputStream in) {
    input.readFrom(in);
  }

  @Override
  public void write(byte octet) {
    output.write(octet);
  }

  @Override
  public int room() {
    return output.room();
  }

  @Override
  public void onRoom(Runnable listener) {
    output.onRoom(listener);
  }

  @Override
  public int read() {
    return input.read();
  }

  @Override
  public void onFailure(Consumer<Throwable> listener) {
    output.onFailure(listener);
    input.onFailure(listener);
  }

  @Override
  public void onInput(Runnable listener) {
    input.onInput(listener);
  }

  @Override
  public Optional<ConsoleSize> size() {
    return terminal.size();
  }

  @Override
  public void onResize(Runnable listener) {
    terminal.onResize(listener);
  }

  /**
   * Sets the size of the terminal at the outer end. Call it for the first time before any device
   * has this console: a device that finds no size takes it that there is no terminal.
   */
  public void resize(ConsoleSize size) {
    terminal.resize(size);
  }

  /** Returns how many bytes the guest has printed that nobody will read. */
  public long dropped() {
    return output.dropped();
  }

  /** Waits until everything that was printed so far is written, or the stream is broken. */
  public void flush() throws InterruptedException {
    output.flush(Long.MAX_VALUE);
  }

  /**
   * Waits like {@link #flush()}, but not for ever.
   *
   * @param nanos how long at the most, by the host's clock
   * @return whether everything is written, or the stream is broken
   */
  public boolean flush(long nanos) throws InterruptedException {
    return output.flush(nanos);
  }

  /**
   * Drops, and counts, what is not written yet and what the guest prints later. Returns at once,
   * also while the stream blocks in a write; {@link #close()} does not wait for it any more.
   */
  public void abandon() {
    output.abandon();
  }

  /** Writes the rest and ends. An interrupt ends the waiting, not the writing. */
  @Override
  public void close() {
    input.close();
    output.close();
  }
}
