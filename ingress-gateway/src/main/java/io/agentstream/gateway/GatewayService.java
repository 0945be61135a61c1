package io.agentstream.gateway;

import io.agentstream.gateway.call.CallLimits;
import io.agentstream.gateway.kafka.CallLog;
import io.agentstream.gateway.kafka.CommandReader;
import io.agentstream.gateway.kafka.CommittedClaims;
import io.agentstream.gateway.kafka.SlotKeeper;
import io.agentstream.gateway.socket.GatewayClock;
import io.agentstream.gateway.socket.MediaServer;
import io.agentstream.gateway.socket.TlsIdentity;
import io.agentstream.gateway.telephony.TelephonyProviders;
import io.agentstream.gateway.telephony.cloudonix.CloudonixProvider;
import io.agentstream.runtime.AdminServer;
import io.agentstream.runtime.Closer;
import io.agentstream.runtime.Config;
import io.agentstream.runtime.ConfigException;
import io.agentstream.runtime.DeadLetters;
import io.agentstream.runtime.DutyCycleRunner;
import io.agentstream.runtime.KafkaClients;
import io.agentstream.runtime.KafkaProbe;
import io.agentstream.runtime.Keys;
import io.agentstream.runtime.Metrics;
import io.agentstream.runtime.Readiness;
import io.agentstream.runtime.StopBarrier;
import io.agentstream.schemas.CallSecrets;
import io.agentstream.schemas.Topic;
import io.agentstream.schemas.Topics;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import javax.net.ssl.SSLContext;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The ingress gateway: takes the providers' sockets, puts their calls on Kafka, and writes back what Kafka brings for them.
/// Closing it drains it: new calls are told to try again later, those that are there may end by themselves for a while.
public final class GatewayService implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(GatewayService.class);
    /// A new provider is a folder in `telephony`, and its class here.
    private static final TelephonyProviders PROVIDERS = new TelephonyProviders(new CloudonixProvider());
    private static final int MAX_POLL_RECORDS = 2_000;
    private static final Duration LOOP_CLOSE = Duration.ofSeconds(2);
    private static final Duration PRODUCER_CLOSE = Duration.ofSeconds(10);
    private static final Duration PEER_ANSWER = Duration.ofSeconds(2);
    private static final Duration STALL = Duration.ofSeconds(10);
    private static final Duration CERTIFICATE_CHECK = Duration.ofSeconds(10);
    private static final int MAX_UNSENT_BYTES = 256 << 10;

    private final Closer closer;
    private final MediaServer server;
    private final int adminPort;
    private final Duration drainTimeout;
    private final StopBarrier barrier;

    private GatewayService(Closer closer, MediaServer server, int adminPort, Duration drainTimeout, StopBarrier barrier) {
        this.barrier = barrier;
        this.closer = closer;
        this.server = server;
        this.adminPort = adminPort;
        this.drainTimeout = drainTimeout;
    }

    /// Opens a gateway. Kafka need not be there yet: until it is, `/readyz` says so and calls are refused.
    ///
    /// @param barrier told when a part breaks in a way that the gateway cannot go on from
    public static GatewayService launch(Config config, StopBarrier barrier) throws Exception {
        Closer closer = new Closer();
        try {
            return open(config, barrier, closer);
        } catch (Exception | Error e) {
            closer.close();
            throw e;
        }
    }

    private static GatewayService open(Config config, StopBarrier barrier, Closer closer) throws Exception {
        KafkaClients clients = new KafkaClients(config);
        GatewayClock clock = new GatewayClock(InstantSource.system(), System::nanoTime);
        Metrics metrics = closer.own("metrics", new Metrics("ingress-gateway"));
        Readiness readiness = new Readiness();
        Readiness able = new Readiness();

        var events = clients.calls("gateway-events");
        CallLog callLog = new CallLog(
                events, clients.media("gateway-media"), metrics, config.find(Keys.CALL_KEYS_KEY).isPresent());
        closer.own("producers", () -> callLog.close(PRODUCER_CLOSE));
        TlsIdentity tls = tls(config, metrics);
        Admin admin = closer.own("admin", clients.admin("gateway-admin"));
        SlotKeeper slot = new SlotKeeper(
                new CommittedClaims(admin), configuredSlot(config), instance(), metrics, clock.wall(), new SecureRandom());
        MediaServer server = closer.own("server", new MediaServer(
                settings(config, tls == null ? null : tls.context()), PROVIDERS, () -> slot.slot().orElse(0), callLog,
                () -> able.reasons().stream().findFirst(), metrics, clock));

        CommandReader reader = new CommandReader(
                clients.reader("gateway-commands", "latest", MAX_POLL_RECORDS), slot::slot, callLog, server.commands(),
                new DeadLetters(events, metrics), metrics, clock.wall(), server::failCalls);
        KafkaProbe probe = new KafkaProbe(
                "gateway-probe", admin, probed(config));

        able.require(reader::reason);
        able.require(slot::reason);
        readiness.require(probe::reason);
        readiness.require(reader::reason);
        readiness.require(slot::reason);
        readiness.require(() -> server.isDraining() ? Optional.of("the gateway is draining") : Optional.empty());

        AdminServer administration = closer.own("administration", AdminServer.start(
                config.get(Keys.BIND_ADDRESS), config.get(Keys.GATEWAY_ADMIN_PORT), metrics, readiness));
        if (tls != null) {
            closer.own("certificate", new DutyCycleRunner(tls, LOOP_CLOSE, barrier::fault)).start();
        }
        closer.own("slot", new DutyCycleRunner(slot, LOOP_CLOSE, barrier::fault)).start();
        closer.own("commands", new DutyCycleRunner(reader, LOOP_CLOSE, fault -> {
            server.orphan();
            barrier.fault(fault);
        })).start();
        closer.own("probe", new DutyCycleRunner(probe, LOOP_CLOSE, barrier::fault)).start();
        server.listen(AdminServer::alive);
        log.atInfo().addKeyValue("port", server.port()).log("gateway listens");
        return new GatewayService(closer, server, administration.port(), config.get(Keys.DRAIN_TIMEOUT), barrier);
    }

    private static OptionalInt configuredSlot(Config config) {
        return config.find(Keys.GATEWAY_SLOT).map(OptionalInt::of).orElse(OptionalInt.empty());
    }

    private static String instance() {
        return HexFormat.of().toHexDigits(new SecureRandom().nextLong());
    }

    private static List<Topic<?>> probed(Config config) {
        List<Topic<?>> topics = new ArrayList<>(List.of(Topics.CALL_LIFECYCLE, Topics.CALL_MEDIA, Topics.SOCKET_COMMANDS));
        if (config.find(Keys.CALL_KEYS_KEY).isPresent()) {
            topics.add(Topics.CALL_KEYS);
        }
        return topics;
    }

    /// A worker that takes a call over reads the call's keys from their topic.
    private static CallSecrets.@Nullable Wrapping wrapping(Config config) throws ConfigException {
        CallSecrets.Wrapping wrapping = config.find(Keys.CALL_KEYS_KEY).orElse(null);
        Duration longest = Topics.CALL_KEYS.retention().minus(config.get(Keys.HANDSHAKE_TIMEOUT));
        if (wrapping != null && config.get(Keys.MAX_CALL_DURATION).compareTo(longest) > 0) {
            throw new ConfigException(List.of(Keys.MAX_CALL_DURATION.variable() + ": is longer than the keys of calls are kept on "
                    + Topics.CALL_KEYS.name() + " (" + Topics.CALL_KEYS.retention().toHours() + " h, less "
                    + Keys.HANDSHAKE_TIMEOUT.variable() + "); shorten it, or take " + Keys.CALL_KEYS_KEY.variable()
                    + " away and have calls written in the clear"));
        }
        return wrapping;
    }

    private static MediaServer.Settings settings(Config config, @Nullable SSLContext tls) throws ConfigException {
        CallLimits limits = new CallLimits(
                us(config.get(Keys.HANDSHAKE_TIMEOUT)),
                us(config.get(Keys.MAX_CALL_DURATION)),
                us(config.get(Keys.IDLE_TIMEOUT)),
                us(config.get(Keys.CALL_ALIVE_INTERVAL)),
                us(PEER_ANSWER),
                config.get(Keys.MAX_HANDSHAKE_MESSAGES),
                us(config.get(Keys.PLAYBACK_LOOKAHEAD)));
        return new MediaServer.Settings(
                config.get(Keys.BIND_ADDRESS), config.get(Keys.GATEWAY_PORT),
                Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 16),
                new MediaServer.Admission(
                        config.get(Keys.MAX_CALLS), config.get(Keys.MAX_HANDSHAKES_PER_ADDRESS),
                        config.get(Keys.MAX_HANDSHAKES_PER_AGENT), config.get(Keys.MAX_REFUSALS_PER_ADDRESS),
                        new MediaServer.Tenants(config.get(Keys.MAX_HANDSHAKES_PER_TENANT), config.get(Keys.MAX_NEW_CALLS_PER_TENANT))),
                proxies(config), config.get(Keys.MAX_MESSAGE_BYTES), config.get(Keys.MAX_CALL_BYTES_PER_SECOND),
                MAX_UNSENT_BYTES, STALL, limits, tls, wrapping(config));
    }

    private static MediaServer.Proxies proxies(Config config) throws ConfigException {
        MediaServer.Proxies proxies = new MediaServer.Proxies(
                config.get(Keys.GATEWAY_TRUSTED_PROXIES), config.get(Keys.GATEWAY_PROXY_PROTOCOL));
        if (proxies.protocol() && proxies.trusted().isEmpty()) {
            throw new ConfigException(List.of(Keys.GATEWAY_PROXY_PROTOCOL.variable() + ": needs "
                    + Keys.GATEWAY_TRUSTED_PROXIES.variable() + ", because nobody else may connect"));
        }
        return proxies;
    }

    private static @Nullable TlsIdentity tls(Config config, Metrics metrics) throws ConfigException {
        if (config.find(Keys.TLS_CERTIFICATE).isEmpty()) {
            return null;
        }
        try {
            return TlsIdentity.open(config.get(Keys.TLS_CERTIFICATE), config.get(Keys.TLS_KEY), metrics, CERTIFICATE_CHECK);
        } catch (NoSuchFileException missing) {
            throw unusable("there is no file " + missing.getFile());
        } catch (GeneralSecurityException | IOException wrong) {
            throw unusable(String.valueOf(wrong.getMessage()));
        }
    }

    private static ConfigException unusable(String why) {
        return new ConfigException(
                List.of(Keys.TLS_CERTIFICATE.variable() + ", " + Keys.TLS_KEY.variable() + ": " + why));
    }

    private static long us(Duration duration) {
        return duration.toNanos() / 1_000;
    }

    /// The port that the gateway listens on.
    public int port() {
        return server.port();
    }

    /// The port of health, readiness and metrics.
    public int adminPort() {
        return adminPort;
    }

    /// Of a stop that was wanted the calls are drained; where a part of the process broke it is our failure, and they are told so.
    private void endCalls() {
        if (barrier.fault().isPresent()) {
            server.orphan();
        } else {
            server.endCalls();
        }
    }

    /// Drains, closes, and returns when everything that was to be recorded is.
    @Override
    public void close() throws InterruptedException {
        try {
            server.drain();
            if (!server.isOrphaned() && !server.awaitNoCalls(drainTimeout)) {
                endCalls();
            }
            server.awaitNoCalls(PEER_ANSWER.multipliedBy(2));
        } finally {
            closer.close();
        }
    }
}
