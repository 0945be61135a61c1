package io.agentstream.orchestrator.api;

import io.agentstream.orchestrator.follow.Outlet;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.channels.StreamSinkChannel;

/// An answer that goes on, written by the connection's I/O thread whenever the other side has room: no thread waits for it. What it has
/// no room for waits here, [#MAX_QUEUED_BYTES] of it, within [QueuedBytes], and [#MAX_STUCK_NS] long; then the connection is closed. Any thread, but for
/// [#begin] and what it says of itself.
final class SseOutlet implements Outlet {
    static final int MAX_QUEUED_BYTES = 1 << 20;
    private static final long MAX_STUCK_NS = TimeUnit.SECONDS.toNanos(30);

    private final HttpServerExchange exchange;
    private final Runnable whenOver;
    private final QueuedBytes ofAll;

    // Guarded by this.
    private final Queue<ByteBuffer> queue = new ArrayDeque<>();
    private int queuedBytes;
    private long progressNs = System.nanoTime();
    private boolean isEnding;
    private boolean isOver;
    private boolean isDue;

    // The I/O thread's own.
    private @Nullable StreamSinkChannel channel;
    private boolean isShut;

    /// @param whenOver called once, when nothing is written any more
    /// @param ofAll counts what is sent to this one alone; not what several are sent the same bytes of, which are kept anyway
    SseOutlet(HttpServerExchange exchange, Runnable whenOver, QueuedBytes ofAll) {
        this.exchange = exchange;
        this.whenOver = whenOver;
        this.ofAll = ofAll;
    }

    /// On the exchange's I/O thread, once; its status and headers are set.
    void begin() {
        exchange.getConnection().addCloseListener(_ -> over());
        StreamSinkChannel opened = exchange.getResponseChannel();
        if (opened == null || !exchange.getConnection().isOpen()) {
            cutOff();
            return;
        }
        channel = opened;
        opened.getWriteSetter().set(_ -> write());
        write();
    }

    @Override
    public void send(byte[] frame) {
        synchronized (this) {
            if (isOver || isEnding) {
                return;
            }
            boolean isStuck = !queue.isEmpty()
                    && (queuedBytes + frame.length > MAX_QUEUED_BYTES
                            || ofAll.isFull(queuedBytes + frame.length)
                            || System.nanoTime() - progressNs > MAX_STUCK_NS);
            if (!isStuck) {
                if (queue.isEmpty()) {
                    progressNs = System.nanoTime();
                }
                queue(frame);
                due();
                return;
            }
        }
        cutOff();
    }

    @Override
    public synchronized void end(byte[] last) {
        if (!isOver && !isEnding) {
            queue(last);
            isEnding = true;
            due();
        }
    }

    /// Closes the connection, without the end that HTTP has.
    void cutOff() {
        IoUtils.safeClose(exchange.getConnection());
        over();
    }

    @Override
    public synchronized boolean isOpen() {
        return !isOver && !isEnding;
    }

    @Override
    public synchronized boolean awaitSent(Duration limit) throws InterruptedException {
        long deadlineNs = System.nanoTime() + limit.toNanos();
        while (!queue.isEmpty() && !isOver) {
            long leftMs = (deadlineNs - System.nanoTime()) / 1_000_000;
            if (leftMs <= 0) {
                return false;
            }
            wait(leftMs);
        }
        return !isOver;
    }

    private void queue(byte[] frame) {
        queue.add(ByteBuffer.wrap(frame));
        queuedBytes += frame.length;
        ofAll.add(frame.length);
    }

    private void due() {
        if (!isDue) {
            isDue = true;
            exchange.getIoThread().execute(this::write);
        }
    }

    private void over() {
        synchronized (this) {
            if (isOver) {
                return;
            }
            isOver = true;
            queue.clear();
            ofAll.remove(queuedBytes);
            queuedBytes = 0;
            notifyAll();
        }
        whenOver.run();
    }

    /// On the I/O thread.
    private void write() {
        StreamSinkChannel to = channel;
        synchronized (this) {
            isDue = false;
            if (to == null || isOver) {
                return;
            }
        }
        try {
            if (writeAll(to) && to.flush() && finish(to)) {
                to.suspendWrites();
            } else {
                to.resumeWrites();
            }
        } catch (IOException | RuntimeException gone) {
            cutOff();
        }
    }

    /// Whether the channel took everything.
    private boolean writeAll(StreamSinkChannel to) throws IOException {
        for (ByteBuffer next = next(); next != null; next = next()) {
            int size = next.remaining();
            to.write(next);
            written(size - next.remaining());
            if (next.hasRemaining()) {
                return false;
            }
        }
        return true;
    }

    private synchronized @Nullable ByteBuffer next() {
        ByteBuffer first = queue.peek();
        if (first != null && !first.hasRemaining()) {
            queue.remove();
            first = queue.peek();
        }
        if (first == null) {
            notifyAll();
        }
        return first;
    }

    private synchronized void written(int bytes) {
        int sent = Math.min(bytes, queuedBytes);
        queuedBytes -= sent;
        ofAll.remove(sent);
        if (bytes > 0) {
            progressNs = System.nanoTime();
        }
    }

    /// Whether nothing is left to be done for now.
    private boolean finish(StreamSinkChannel to) throws IOException {
        synchronized (this) {
            if (!isEnding || !queue.isEmpty()) { // what came since is written by the call that it is due for
                return true;
            }
        }
        if (!isShut) {
            isShut = true;
            to.shutdownWrites();
        }
        return to.flush();
    }
}
