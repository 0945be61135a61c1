package io.agentstream.gateway.socket;

import io.agentstream.gateway.call.CallInput;
import io.agentstream.gateway.call.CallLimits;
import io.agentstream.gateway.kafka.CallLog;
import io.agentstream.gateway.kafka.CommandDelivery;
import io.agentstream.gateway.telephony.TelephonyProvider;
import io.agentstream.gateway.telephony.TelephonyProviders;
import io.agentstream.runtime.Keys;
import io.agentstream.runtime.ListeningPort;
import io.agentstream.runtime.Metrics;
import io.agentstream.runtime.Networks;
import io.agentstream.runtime.PeerAddress;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.CallSecrets;
import io.agentstream.schemas.Failure;
import io.undertow.server.HttpHandler;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.StreamConnection;
import org.xnio.XnioIoThread;

/// Owns the listening server, its I/O threads and all sockets. Any thread.
public final class MediaServer implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(MediaServer.class);

    /// Few strangers are there for longer than moments; each costs some 10 KB.
    private static final Newcomers.Limits NEWCOMERS = new Newcomers.Limits(Listener.REQUEST_TIMEOUT_MS, 4_000, 1_000);

    /// How sockets are served.
    ///
    /// @param bytesPerSecond what a peer may send for long
    /// @param stall how long a peer that owes may take nothing
    /// @param maxUnsentBytes what may wait for a peer that does not read
    /// @param tls for sockets that are encrypted
    /// @param wrapping of the keys that calls are sealed with; null where they are not sealed
    public record Settings(
            String bindAddress,
            int port,
            int ioThreads,
            Admission admission,
            Proxies proxies,
            int maxMessageBytes,
            int bytesPerSecond,
            int maxUnsentBytes,
            Duration stall,
            CallLimits limits,
            @Nullable SSLContext tls,
            CallSecrets.@Nullable Wrapping wrapping) {

        /// Of a gateway whose calls are not sealed.
        public Settings(
                String bindAddress,
                int port,
                int ioThreads,
                Admission admission,
                Proxies proxies,
                int maxMessageBytes,
                int bytesPerSecond,
                int maxUnsentBytes,
                Duration stall,
                CallLimits limits,
                @Nullable SSLContext tls) {
            this(
                    bindAddress, port, ioThreads, admission, proxies, maxMessageBytes, bytesPerSecond, maxUnsentBytes, stall, limits,
                    tls, null);
        }
    }

    /// How many sockets there may be.
    ///
    /// @param maxHandshakesPerAddress sockets of one address (with IPv6, of one /64) that are not talking yet
    /// @param maxHandshakesPerAgent calls of one agent that are not talking yet
    /// @param refusalsPerSecond sockets of one address that may fail by the peer's doing before they talk, and of one agent that may
    ///        by its owner's, each second
    /// @param tenant what all agents of one organisation may have together
    public record Admission(
            int maxCalls, int maxHandshakesPerAddress, int maxHandshakesPerAgent, int refusalsPerSecond, Tenants tenant) {}

    /// What one organisation may have at this gateway.
    ///
    /// @param maxHandshakes calls that are not talking yet
    /// @param newCallsPerSecond calls that may begin each second
    public record Tenants(int maxHandshakes, int newCallsPerSecond) {}

    /// What stands in front of the gateway.
    ///
    /// @param trusted whose word on where a socket comes from is taken
    /// @param protocol whether every connection begins with the PROXY protocol's header; then nobody else may connect
    public record Proxies(Networks trusted, boolean protocol) {}

    private final Settings settings;
    private final TelephonyProviders providers;
    private final AdmissionControl admission;
    private final Newcomers newcomers;
    private final GatewayMeters meters;
    private final CallRegistry registry;
    private final GatewayParts parts;
    private final ConcurrentMap<XnioIoThread, IoLoop> loops = new ConcurrentHashMap<>();
    private final SecureRandom random = new SecureRandom();
    private final AtomicBoolean forwarded = new AtomicBoolean();
    private volatile boolean orphaned;
    private volatile @Nullable ListeningPort listener;

    /// @param providers whose dialects are spoken
    /// @param slot partition of `socket.commands.v1` that reaches the sockets; anything as long as no call can be served
    /// @param unable why no call can be served now, or nothing; asked for each socket
    public MediaServer(
            Settings settings, TelephonyProviders providers, IntSupplier slot, CallLog callLog, Supplier<Optional<String>> unable,
            Metrics metrics, GatewayClock clock) {
        this.settings = settings;
        this.providers = providers;
        this.meters = new GatewayMeters(metrics);
        this.registry = new CallRegistry(meters);
        this.newcomers = new Newcomers(NEWCOMERS, settings.proxies().trusted(), meters.newcomersCut::increment);
        this.admission = new AdmissionControl(
                settings.admission(), providers, () -> orphaned ? Optional.of("no commands arrive") : unable.get());
        this.parts = new GatewayParts(
                callLog, registry, meters, clock, settings.limits(), slot, settings.maxMessageBytes(),
                settings.bytesPerSecond(), settings.maxUnsentBytes(), settings.stall().toNanos() / 1_000,
                settings.tls() != null, settings.wrapping());
        metrics.gauge("agent_stream_gateway_calls_live", admission::calls);
        metrics.gauge("agent_stream_gateway_sockets_refused", admission::refused);
        metrics.gauge("agent_stream_gateway_sockets", registry::size);
        metrics.gauge("agent_stream_gateway_connections_without_socket", newcomers::size);
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
        listener = Listener.open(
                settings,
                around.apply(new UpgradeHandler(new Sockets(), settings.proxies().trusted())),
                newcomers,
                meters.strangers::increment);
    }

    /// The port that is listened on.
    public int port() {
        ListeningPort listening = listener;
        if (listening == null) {
            throw new IllegalStateException("not listening");
        }
        return listening.number();
    }

    /// Where requests become calls.
    private final class Sockets implements UpgradeHandler.Acceptor {

        @Override
        public @Nullable TurnedAway turnsAway(StreamRequest request, PeerAddress address) {
            TurnedAway why = admission.turnsAway(address.key(), request.agentDigest(), parts.clock().nowUs());
            if (why != null) {
                meters.turnedAway(why);
            }
            return why;
        }

        @Override
        public void refused(int status) {
            meters.notUpgraded(status);
        }

        @Override
        public void forwardedByStranger() {
            meters.forwardedByStrangers.increment();
            if (!forwarded.getAndSet(true)) {
                log.atWarn().log("somebody who is no trusted proxy sends X-Forwarded-For: if that is your balancer, all callers share"
                        + " the limits of its one address until {} names it", Keys.GATEWAY_TRUSTED_PROXIES.variable());
            }
        }

        @Override
        public void accept(StreamRequest request, PeerAddress address, StreamConnection connection) {
            IoLoop loop = loops.computeIfAbsent(connection.getIoThread(), thread -> new IoLoop(thread, parts.clock()));
            meters.accepted.increment();
            AdmissionControl.Permit permit = admission.enter(request, address.key(), parts.clock().nowUs());
            Failure refusal = permit.refusal();
            if (refusal != null) {
                meters.refused(refusal);
            }
            String name = request.provider();
            TelephonyProvider spoken = name == null ? null : providers.find(name);
            TelephonyProvider provider = spoken == null ? providers.any() : spoken;
            CallId callId = CallId.of(parts.clock().wall().millis(), random.nextLong(), random.nextLong());
            CallSocket call = new CallSocket(
                    CallFacts.of(callId, request, provider, address.text()), permit, provider, parts, loop, connection);
            registry.add(call);
            call.start();
        }
    }

    /// From now on new calls are told to try again later.
    public void drain() {
        admission.drain();
    }

    public boolean isDraining() {
        return admission.isDraining();
    }

    /// Waits until all calls are over.
    ///
    /// @return false where some are left after `timeout`
    public boolean awaitNoCalls(Duration timeout) throws InterruptedException {
        return registry.awaitEmpty(timeout.toMillis(), parts.clock(), admission::calls);
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

    /// Fails the calls that there are; whether later ones can be served, says who was asked for each at the server's making.
    public void failCalls() {
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
        ListeningPort listening = listener;
        if (listening != null) {
            listening.close();
        }
    }
}
