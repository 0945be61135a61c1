package io.agentstream.worker.tool;

import io.agentstream.agents.conversation.HttpRequest;
import io.agentstream.agents.definition.HttpCall;
import io.agentstream.runtime.Secret;
import io.agentstream.runtime.outbound.AddressGuard;
import io.agentstream.runtime.outbound.AddressRefusedException;
import io.agentstream.runtime.outbound.OutboundStreams;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.WellFormed;
import io.agentstream.worker.service.KeySource;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.node.ObjectNode;

/// One use of a tool: a request, and what comes of it. One thread runs it; any may cancel it.
final class HttpUse {

    /// Of an answer that is none of success.
    private static final int MAX_TOLD_CHARACTERS = 2_000;

    /// Goes with `connection`. A definition may name it, and it is not sent.
    private static final String KEEP_ALIVE = "keep-alive";

    private static final String MASK = "********";

    private final OutboundStreams streams;
    private final HttpRequest request;
    private final String idempotencyKey;
    private final KeySource key;
    private final CountDownLatch cancelled = new CountDownLatch(1);
    private final AtomicReference<OutboundStreams.@Nullable Exchange> current = new AtomicReference<>();

    /// @param again whether sending it once more may help
    record Result(boolean failed, String text, boolean again) {

        static Result error(String what) {
            return new Result(true, "{\"error\":\"" + what + "\"}", false);
        }

        static Result noAnswer(String what) {
            return new Result(true, "{\"error\":\"" + what + "\"}", true);
        }

        /// Without the text.
        @Override
        public String toString() {
            return "Result[" + (failed ? "failed" : "done") + "]";
        }
    }

    HttpUse(OutboundStreams streams, HttpRequest request, String idempotencyKey, KeySource key) {
        this.streams = streams;
        this.request = request;
        this.idempotencyKey = idempotencyKey;
        this.key = key;
    }

    void cancel() {
        cancelled.countDown();
        OutboundStreams.Exchange exchange = current.get();
        if (exchange != null) {
            exchange.cancel();
        }
    }

    private boolean isCancelled() {
        return cancelled.getCount() == 0;
    }

    /// Blocks. Never throws; nothing where it was cancelled.
    Optional<Result> run() {
        Result result;
        try {
            result = attempts();
        } catch (InterruptedException unwanted) {
            Thread.currentThread().interrupt();
            result = Result.error("network");
        } catch (RuntimeException ours) { // nobody may wait for an answer that does not come
            result = Result.error("network");
        }
        return isCancelled() ? Optional.empty() : Optional.of(result);
    }

    /// Whoever wants it has given it up by the time that all attempts and pauses take: keys and addresses that are looked up take of that, and nothing is
    /// sent later.
    private Result attempts() throws InterruptedException {
        long endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(HttpCall.longestMs(request.timeoutMs(), request.retries()));
        if (AddressGuard.problem(request.url()).isPresent()) {
            return Result.error("address");
        }
        Secret secret;
        try {
            secret = key.key();
        } catch (RuntimeException none) {
            return Result.error("no_key");
        }
        OutboundStreams.Request what = new OutboundStreams.Request(
                request.method(), URI.create(request.url()), headers(secret), request.body(), request.timeoutMs());
        Result result = attempt(what, secret, endNs);
        for (int retries = 0; retries < request.retries() && result.again(); retries++) {
            if (cancelled.await(HttpCall.pauseMs(retries), TimeUnit.MILLISECONDS)) {
                return result;
            }
            result = attempt(what, secret, endNs);
        }
        return result;
    }

    private Map<String, String> headers(Secret secret) {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        headers.put("Accept", "application/json");
        if (request.body() != null) {
            headers.put("Content-Type", "application/json");
        }
        request.headers().forEach((name, value) -> {
            String small = name.toLowerCase(Locale.ROOT);
            if (!HttpCall.NOT_TO_BE_SET.contains(small) && !small.equals(KEEP_ALIVE)) {
                headers.put(name, value);
            }
        });
        headers.put("Idempotency-Key", idempotencyKey);
        if (request.key() != null) {
            String header = request.keyHeader();
            headers.put(header == null ? "Authorization" : header, header == null ? "Bearer " + secret.reveal() : secret.reveal());
        }
        return headers;
    }

    private Result attempt(OutboundStreams.Request what, Secret secret, long endNs) {
        long leftMs = TimeUnit.NANOSECONDS.toMillis(endNs - System.nanoTime());
        if (leftMs <= 0) {
            return Result.error("timeout");
        }
        try (OutboundStreams.Exchange exchange = streams.prepare(what)) {
            current.set(exchange);
            if (isCancelled()) {
                return Result.error("network");
            }
            exchange.limit(Math.min(request.timeoutMs(), leftMs));
            try {
                exchange.open();
                byte[] body = exchange.body().readNBytes(request.maxBytes() + 1);
                return body.length > request.maxBytes() ? Result.error("too_large") : answered(exchange.status(), body, secret);
            } catch (AddressRefusedException refused) {
                return Result.error("address");
            } catch (InterruptedIOException slow) {
                return Result.noAnswer("timeout");
            } catch (IOException | RuntimeException lost) { // the latter of a client that is closed meanwhile
                return Result.noAnswer(exchange.timedOut() ? "timeout" : "network");
            }
        } finally {
            current.set(null);
        }
    }

    /// A server that sends back what it was sent has not told the key to anybody by that: what is answered goes to the brain, and on topics.
    private static Result answered(int status, byte[] body, Secret secret) {
        String text = new String(body, StandardCharsets.UTF_8);
        String told = secret.reveal().isEmpty() ? text : text.replace(secret.reveal(), MASK);
        if (status >= 200 && status <= 299) {
            return new Result(false, told.isBlank() ? "{\"status\":" + status + "}" : told, false);
        }
        ObjectNode failure = Json.MAPPER.createObjectNode().put("error", "status").put("status", status);
        if (!told.isBlank()) {
            put(failure, told);
        }
        return new Result(true, failure.toString(), false);
    }

    private static void put(ObjectNode failure, String told) {
        try {
            if (told.length() <= MAX_TOLD_CHARACTERS) {
                failure.set("answer", Json.MAPPER.readTree(told));
                return;
            }
        } catch (JacksonException text) {
            // then it is one
        }
        failure.put("answer", WellFormed.beginning(told, MAX_TOLD_CHARACTERS));
    }
}
