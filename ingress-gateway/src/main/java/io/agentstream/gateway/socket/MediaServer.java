package io.agentstream.gateway.socket;

import io.agentstream.gateway.call.CallInput;
import io.agentstream.gateway.call.CallLimits;
import io.agentstream.gateway.kafka.CallLog;
import io.agentstream.gateway.kafka.CommandDelivery;
import io.agentstream.gateway.telephony.TelephonyProvider;
import io.agentstream.gateway.telephony.TelephonyProviders;
import io.agentstream.runtime.HttpServer;
import io.agentstream.runtime.Metrics;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Failure;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpHandler;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.xnio.Options;
import org.xnio.StreamConnection;
import org.xnio.XnioIoThread;

/// Owns the listening server, its I/O threads and all sockets. Any thread.
public final class MediaServer implements AutoCloseable {

    private static final int MAX_HEADER_BYTES = 16 << 10;
    private static final int REQUEST_TIMEOUT_MS = 10_000;
    private static final int ADMIN_THREADS = 2;
    /// Small, so that a peer which does not read is noticed before seconds of audio are on their way to it.
    private static final int SEND_BUFFER_BYTES = 64 << 10;

    /// How sockets are served.
    ///
    /// @param stall how long a peer that owes may take nothing
    /// @param maxUnsentBytes what may wait for a peer that does not read
    public record Settings(
            String bindAddress,
            int port,
            int ioThreads,
            int maxCalls,
            int maxHandshakesPerAddress,
            int maxHandshakesPerAgent,
            int maxMessageBytes,
            int maxUnsentBytes,
            Duration stall,
            CallLimits limits,
            @Nullable SSLContext tls) {}

    private final Settings settings;
    private final Door door;
    private final GatewayMeters meters;
    private final CallRegistry registry;
    private final GatewayParts parts;
    private final ConcurrentMap<XnioIoThread, IoLoop> loops = new ConcurrentHashMap<>();
    private final SecureRandom random = new SecureRandom();
    private volatile boolean orphaned;
    private @Nullable Undertow server;

    /// @param slot partition of `socket.commands.v1` that reaches the sockets; anything as long as no call can be served
    /// @param unable why no call can be served now, or nothing; asked for each socket
    public MediaServer(
            Settings settings, IntSupplier slot, CallLog callLog, Supplier<Optional<String>> unable, Metrics metrics, GatewayClock clock) {
        this.settings = settings;
        this.meters = new GatewayMeters(metrics);
        this.registry = new CallRegistry(meters);
        this.door = new Door(
                settings.maxCalls(), settings.maxHandshakesPerAddress(), settings.maxHandshakesPerAgent(), unable);
        this.parts = new GatewayParts(
                callLog, registry, door, meters, clock, settings.limits(), slot, settings.maxMessageBytes(),
                settings.maxUnsentBytes(), settings.stall().toNanos() / 1_000, settings.tls() != null);
        metrics.gauge("agent_stream_gateway_calls_live", door::calls);
        metrics.gauge("agent_stream_gateway_sockets", registry::size);
    }

    /// Where commands for calls go.
    public CommandDelivery commands() {
        return registry;
    }

    /// Opens the port.
    ///
    /// @param around what is to be asked before the sockets' own handler
    /// @throws IllegalStateException where the port is taken
    public void listen(UnaryOperator<HttpHandler> around) {
        Undertow.Builder builder = Undertow.builder()
                .setIoThreads(settings.ioThreads())
                .setWorkerThreads(ADMIN_THREADS)
                .setWorkerOption(Options.WORKER_NAME, "gateway")
                .setSocketOption(Options.SEND_BUFFER, SEND_BUFFER_BYTES)
                .setServerOption(UndertowOptions.MAX_HEADER_SIZE, MAX_HEADER_BYTES)
                .setServerOption(UndertowOptions.REQUEST_PARSE_TIMEOUT, REQUEST_TIMEOUT_MS)
                .setServerOption(UndertowOptions.NO_REQUEST_TIMEOUT, REQUEST_TIMEOUT_MS)
                .setHandler(around.apply(new UpgradeHandler(this::accept)));
        if (settings.tls() == null) {
            builder.addHttpListener(settings.port(), settings.bindAddress());
        } else {
            builder.addHttpsListener(settings.port(), settings.bindAddress(), settings.tls());
        }
        Undertow built = builder.build();
        try {
            built.start();
        } catch (RuntimeException e) {
            throw HttpServer.portTaken(e, settings.bindAddress(), settings.port());
        }
        server = built;
    }

    /// The port that is listened on.
    public int port() {
        Undertow listening = server;
        if (listening == null) {
            throw new IllegalStateException("not listening");
        }
        return ((InetSocketAddress) listening.getListenerInfo().getFirst().getAddress()).getPort();
    }

    private void accept(StreamRequest request, String address, StreamConnection connection) {
        IoLoop loop = loops.computeIfAbsent(connection.getIoThread(), thread -> new IoLoop(thread, parts.clock()));
        meters.accepted.increment();
        Failure refusal = orphaned ? Failure.INTERNAL_ERROR : door.enter(request, address);
        String name = request.provider();
        TelephonyProvider known = name == null ? null : TelephonyProviders.find(name);
        // A call that is refused for its provider says nothing, so that any dialect will do.
        TelephonyProvider provider = known == null ? TelephonyProviders.SUPPORTED.getFirst() : known;
        CallId callId = CallId.of(parts.clock().wall().millis(), random.nextLong(), random.nextLong());
        CallSocket call =
                new CallSocket(CallFacts.of(callId, request, provider, address), provider, parts, loop, connection);
        registry.add(call);
        call.start(refusal);
    }

    /// From now on new calls are told to try again later.
    public void drain() {
        door.drain();
    }

    public boolean isDraining() {
        return door.isDraining();
    }

    /// Waits until all calls are over.
    ///
    /// @return false where some are left after `timeout`
    public boolean awaitNoCalls(Duration timeout) throws InterruptedException {
        return registry.awaitEmpty(timeout.toMillis(), parts.clock());
    }

    /// Ends all calls as drained.
    public void endCalls() {
        tellAll(new CallInput.Drained());
    }

    /// No command reaches the calls any more: fails them and every later one.
    public void orphan() {
        orphaned = true;
        tellAll(new CallInput.Orphaned());
    }

    public boolean isOrphaned() {
        return orphaned;
    }

    private void tellAll(CallInput input) {
        loops.values().forEach(loop -> loop.execute(() -> loop.forEach(call -> call.on(input))));
    }

    /// Closes the port and cuts what is left.
    @Override
    public void close() {
        Undertow listening = server;
        if (listening != null) {
            listening.stop();
        }
    }
}
