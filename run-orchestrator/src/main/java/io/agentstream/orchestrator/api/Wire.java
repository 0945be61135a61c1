package io.agentstream.orchestrator.api;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.xnio.IoUtils;
import org.xnio.XnioExecutor;

/// Reads bodies and writes answers, at the pace of the other side, but not for ever: whoever takes longer than the patience over
/// the one or the other is cut off. Blocks; called on virtual threads.
final class Wire {
    private static final long STREAM_NS = Duration.ofHours(1).toNanos();

    private final long patienceMs;

    Wire(Duration patience) {
        this.patienceMs = patience.toMillis();
    }

    @FunctionalInterface
    private interface Io<T> {
        T run() throws IOException;
    }

    /// The body; nothing where it is longer than `maxBytes`.
    Optional<byte[]> read(HttpServerExchange exchange, int maxBytes) throws IOException {
        if (exchange.getRequestContentLength() > maxBytes) {
            exchange.setPersistent(false);
            return Optional.empty();
        }
        byte[] bytes = inTime(exchange, () -> exchange.getInputStream().readNBytes(maxBytes + 1));
        if (bytes.length > maxBytes) {
            exchange.setPersistent(false);
            return Optional.empty();
        }
        return Optional.of(bytes);
    }

    /// @param over called when an answer that goes on is over
    void write(HttpServerExchange exchange, Reply reply, Runnable over) throws IOException {
        exchange.setStatusCode(reply.status());
        HeaderMap headers = exchange.getResponseHeaders();
        reply.headers().forEach((name, value) -> headers.put(new HttpString(name), value));
        headers.put(Headers.CACHE_CONTROL, "no-store");
        headers.put(new HttpString("X-Content-Type-Options"), "nosniff");
        Reply.Live live = reply.live();
        if (live != null && !exchange.getRequestMethod().equals(Methods.HEAD)) {
            exchange.setPersistent(false);
            try {
                exchange.dispatch(exchange.getIoThread(), () -> live.begin(exchange, over));
            } catch (RuntimeException gone) {
                over.run();
                throw gone;
            }
            return;
        }
        over.run();
        ByteBuffer body = reply.body();
        if (body == null) {
            exchange.endExchange();
            return;
        }
        if (!headers.contains(Headers.CONTENT_TYPE)) {
            headers.put(Headers.CONTENT_TYPE, reply.isProblem() ? MediaTypes.PROBLEM : MediaTypes.JSON);
        }
        if (reply.rest() != null) {
            stream(exchange, body.duplicate(), reply.rest());
            return;
        }
        inTime(exchange, () -> {
            exchange.getResponseSender().send(body.duplicate());
            return true;
        });
    }

    /// Each piece within the patience, and all within [#STREAM_NS]: one that is broken off is not ended as HTTP ends it, so that nobody
    /// takes it for whole.
    private void stream(HttpServerExchange exchange, ByteBuffer start, Reply.Pieces rest) throws IOException {
        if (exchange.getRequestMethod().equals(Methods.HEAD)) {
            exchange.endExchange();
            return;
        }
        long beginNs = System.nanoTime();
        byte[] first = new byte[start.remaining()];
        start.get(first);
        OutputStream out = exchange.getOutputStream();
        Optional<byte[]> piece = Optional.of(first);
        try {
            while (piece.isPresent()) {
                byte[] bytes = piece.get();
                if (bytes.length > 0) {
                    inTime(exchange, () -> {
                        out.write(bytes);
                        out.flush();
                        return true;
                    });
                }
                if (System.nanoTime() - beginNs > STREAM_NS) {
                    throw new IOException("the stream took too long");
                }
                piece = rest.next();
            }
        } finally {
            rest.close();
        }
        inTime(exchange, () -> {
            out.close();
            return true;
        });
    }

    private <T> T inTime(HttpServerExchange exchange, Io<T> work) throws IOException {
        AtomicBoolean cut = new AtomicBoolean();
        XnioExecutor.Key late = exchange.getIoThread()
                .executeAfter(
                        () -> {
                            cut.set(true);
                            IoUtils.safeClose(exchange.getConnection());
                        },
                        patienceMs,
                        TimeUnit.MILLISECONDS);
        try {
            return work.run();
        } catch (RuntimeException broken) {
            // A stream whose connection is closed under it does not always say so with an IOException.
            if (cut.get()) {
                throw new IOException("the other side took too long", broken);
            }
            throw broken;
        } finally {
            late.remove();
        }
    }
}
