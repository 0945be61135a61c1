package io.agentstream.worker.service.wire;

import io.agentstream.runtime.outbound.OutboundStreams;
import io.agentstream.worker.service.Patience;
import io.agentstream.worker.service.ServiceFailure;
import io.agentstream.worker.service.ServiceFailure.Silent;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One request whose answer is read as it comes, on a thread that belongs to it, with retries as long as nothing of an answer was given.
/// [#run] blocks; any thread may cancel.
public final class HttpTask {

    private static final int MAX_PROBLEM_BYTES = 16 * 1_024;
    /// How long the end of an answer is waited for that has said all: for the connection's sake only.
    private static final int REST_MS = 500;

    private static final int BAD_REQUEST = 400;
    private static final int TOO_LARGE = 413;

    /// How services say that a conversation is longer than their model can take in: OpenAI and what is compatible, Anthropic.
    private static final List<String> TOO_LONG = List.of("context_length_exceeded", "maximum context length", "prompt is too long");

    /// Reads an answer.
    @FunctionalInterface
    public interface Reader {
        /// Looks at the head of an answer that was not refused.
        ///
        /// @param header gives a header's value, or null where there is none
        default void head(Function<String, @Nullable String> header) throws ServiceException {}

        /// @param begun to be run when the first piece of the answer is given: from then on nothing is tried again
        void read(InputStream answer, Runnable begun) throws IOException, ServiceException;
    }

    private final Wire wire;
    private final Patience patience;
    private final Retry retry;
    private final CountDownLatch cancelled = new CountDownLatch(1);
    private final AtomicReference<OutboundStreams.@Nullable Exchange> current = new AtomicReference<>();

    public HttpTask(Wire wire, Patience patience, Retry retry) {
        this.wire = wire;
        this.patience = patience;
        this.retry = retry;
    }

    /// Breaks it off; [#run] ends soon after, without a failure.
    public void cancel() {
        cancelled.countDown();
        OutboundStreams.Exchange exchange = current.get();
        if (exchange != null) {
            exchange.cancel();
        }
    }

    private boolean isCancelled() {
        return cancelled.getCount() == 0;
    }

    /// @param request made for each attempt, since it gets the key
    /// @param reader made for each attempt, since it has a state
    /// @return the failure; null where the answer was read, or the task cancelled
    public @Nullable ServiceFailure run(Supplier<OutboundStreams.Request> request, Supplier<Reader> reader) {
        for (int retries = 0; ; retries++) {
            Attempt attempt = new Attempt();
            ServiceFailure failure = attempt.run(request, reader.get());
            if (failure == null || isCancelled()) {
                return null;
            }
            OptionalLong wait = attempt.begun
                    ? OptionalLong.empty()
                    : retry.waitMs(failure, retries, ThreadLocalRandom.current().nextDouble());
            if (wait.isEmpty()) {
                return failure;
            }
            try {
                if (cancelled.await(wait.getAsLong(), TimeUnit.MILLISECONDS)) {
                    return null;
                }
            } catch (InterruptedException unwanted) {
                Thread.currentThread().interrupt();
                return failure;
            }
        }
    }

    private final class Attempt {

        private boolean begun;
        private long limitMs = patience.firstMs();

        private @Nullable ServiceFailure run(Supplier<OutboundStreams.Request> request, Reader reader) {
            OutboundStreams.Request what;
            try {
                what = request.get();
            } catch (RuntimeException noKey) {
                return Failures.ofKey(noKey);
            }
            try (OutboundStreams.Exchange exchange = wire.streams().prepare(what)) {
                current.set(exchange);
                if (isCancelled()) {
                    return null;
                }
                return ask(exchange, reader);
            } finally {
                current.set(null);
            }
        }

        private @Nullable ServiceFailure ask(OutboundStreams.Exchange exchange, Reader reader) {
            exchange.limit(limitMs);
            try {
                exchange.open();
                if (exchange.status() < 200 || exchange.status() > 299) {
                    return refusal(exchange);
                }
                reader.head(exchange::header);
                InputStream answer = exchange.body();
                reader.read(answer, () -> {
                    if (!begun) {
                        begun = true;
                        limitMs = patience.wholeMs();
                        exchange.limit(limitMs);
                    }
                });
                exchange.limit(REST_MS);
                rest(answer);
                return null;
            } catch (ServiceException told) {
                return told.failure();
            } catch (IOException | RuntimeException failure) { // the latter of a client that is closed meanwhile
                return exchange.timedOut() ? new Silent(limitMs) : Failures.of(failure, patience.silenceMs());
            }
        }
    }

    private static void rest(InputStream answer) {
        try {
            answer.readNBytes(MAX_PROBLEM_BYTES);
        } catch (IOException cut) {
            // The answer was whole; only the connection is lost.
        }
    }

    private static ServiceFailure refusal(OutboundStreams.Exchange exchange) {
        String body = "";
        try {
            body = new String(exchange.body().readNBytes(MAX_PROBLEM_BYTES), StandardCharsets.UTF_8);
        } catch (IOException cut) {
            // The status says enough.
        }
        if (exchange.status() == TOO_LARGE || (exchange.status() == BAD_REQUEST && TOO_LONG.stream().anyMatch(body::contains))) {
            return ServiceFailure.Refused.TOO_LONG;
        }
        return Failures.ofStatus(
                exchange.status(), exchange.header("Retry-After"), exchange.header("retry-after-ms"),
                body.contains("insufficient_quota") || body.contains("quota_exceeded"));
    }
}
