package io.agentstream.dev.simulator.caller;

import io.agentstream.dev.simulator.caller.CallEvent.Kind;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// Places calls on a gateway, as many at once as are wanted: each has a virtual thread, all share one HTTP client.
///
/// Any thread may call it. Close waits for nothing: calls that are not over fail.
public final class SimulatedProvider implements AutoCloseable {

    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);

    /// What a call may take over its plan: connecting, a send that hangs, closing.
    private static final long OVERTIME_MS = 30_000;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpClient client;

    /// Trusts what this machine trusts.
    public SimulatedProvider() {
        this(null);
    }

    /// Trusts what `tls` trusts, for a gateway with a certificate of its own making.
    public SimulatedProvider(@Nullable SSLContext tls) {
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_LIMIT)
                .executor(threads);
        if (tls != null) {
            builder.sslContext(tls);
        }
        client = builder.build();
    }

    /// A call that goes on while the caller of this method does something else.
    ///
    /// `outcome` completes when the call is over, never exceptionally, whatever happens. [#hangUp] ends it early.
    public record Placed(CompletableFuture<SimulatedCall> answered, CompletableFuture<CallOutcome> outcome) {

        /// Ends the call as soon as it is there to be ended. Comes back at once.
        public void hangUp() {
            var _ = answered.thenAccept(SimulatedCall::hangUp);
        }
    }

    /// Begins a call and comes back at once.
    public Placed begin(CallPlan plan) {
        return begin(plan, event -> {});
    }

    /// As [#begin(CallPlan)].
    ///
    /// @param listener told each event as it happens, on the thread of the call, which it must not keep waiting
    public Placed begin(CallPlan plan, Consumer<CallEvent> listener) {
        CompletableFuture<SimulatedCall> answered = new CompletableFuture<>();
        CompletableFuture<CallOutcome> outcome = new CompletableFuture<>();
        threads.execute(() -> outcome.complete(run(plan, answered, listener)));
        return new Placed(answered, outcome);
    }

    /// Holds the whole call; blocks until it is over, at most 30 s longer than the plan's longest.
    public CallOutcome place(CallPlan plan) throws InterruptedException {
        try {
            return begin(plan).outcome().get(plan.maxMs() + OVERTIME_MS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException impossible) {
            throw new IllegalStateException("a simulated call did not end", impossible);
        }
    }

    private CallOutcome run(CallPlan plan, CompletableFuture<SimulatedCall> answered, Consumer<CallEvent> listener) {
        long began = System.nanoTime();
        CallRecord record = new CallRecord(began, listener);
        try {
            Inbox inbox = new Inbox();
            WebSocket socket = client.newWebSocketBuilder()
                    .connectTimeout(CONNECT_LIMIT)
                    .buildAsync(plan.uri(), inbox)
                    .get(CONNECT_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            long connectMs = record.ms(System.nanoTime());
            record.note(System.nanoTime(), Kind.CONNECTED, "");
            SimulatedCall call = new SimulatedCall(plan, socket, inbox, record, connectMs);
            answered.complete(call);
            return call.run();
        } catch (RuntimeException bug) {
            CallEnd end = CallEnd.failed("the simulated call broke: " + bug.getClass().getSimpleName());
            return record.outcome(plan, end, -1, System.nanoTime(), EchoLatency.none());
        } catch (ExecutionException failure) {
            CallEnd end = failure.getCause() instanceof WebSocketHandshakeException refused
                    ? CallEnd.refused(refused.getResponse().statusCode())
                    : CallEnd.failed("the gateway could not be reached");
            return record.outcome(plan, end, -1, System.nanoTime(), EchoLatency.none());
        } catch (TimeoutException tooSlow) {
            CallEnd end = CallEnd.failed("the gateway did not answer within " + CONNECT_LIMIT.toSeconds() + " s");
            return record.outcome(plan, end, -1, System.nanoTime(), EchoLatency.none());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return record.outcome(plan, CallEnd.failed("interrupted"), -1, System.nanoTime(), EchoLatency.none());
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
        threads.shutdownNow();
    }
}
