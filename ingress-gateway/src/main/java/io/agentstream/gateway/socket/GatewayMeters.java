package io.agentstream.gateway.socket;

import io.agentstream.gateway.call.Playback.Drop;
import io.agentstream.gateway.telephony.OddMessage;
import io.agentstream.runtime.Metrics;
import io.agentstream.schemas.Failure;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/// The meters of the sockets, looked up once. Any thread.
final class GatewayMeters {

    private static final String PREFIX = "agent_stream_gateway_";

    private final Metrics metrics;
    final Counter accepted;
    final Counter framesIn;
    final Counter framesOut;
    final Counter bytesIn;
    final Counter bytesOut;
    final Counter late;
    final Counter unknownCalls;
    final Counter peerReadsSlowly;
    final Counter strangers;
    final Counter newcomersCut;
    final Counter forwardedByStrangers;
    final Counter notOpened;
    final Counter deaf;
    final Timer handshake;
    private final Map<TurnedAway, Counter> turnedAway = new EnumMap<>(TurnedAway.class);
    private final Map<Drop, Counter> dropped = new EnumMap<>(Drop.class);
    private final Map<OddMessage, Counter> odd = new EnumMap<>(OddMessage.class);

    GatewayMeters(Metrics metrics) {
        this.metrics = metrics;
        accepted = metrics.counter(PREFIX + "calls_accepted");
        framesIn = metrics.counter(PREFIX + "frames", "direction", "in");
        framesOut = metrics.counter(PREFIX + "frames", "direction", "out");
        bytesIn = metrics.counter(PREFIX + "bytes", "direction", "in");
        bytesOut = metrics.counter(PREFIX + "bytes", "direction", "out");
        late = metrics.counter(PREFIX + "frames_late");
        unknownCalls = metrics.counter(PREFIX + "commands_for_unknown_calls");
        peerReadsSlowly = metrics.counter(PREFIX + "writes_deferred");
        strangers = metrics.counter(PREFIX + "connections_not_from_a_proxy");
        newcomersCut = metrics.counter(PREFIX + "connections_cut"); // before they were sockets
        forwardedByStrangers = metrics.counter(PREFIX + "forwarded_by_strangers");
        notOpened = metrics.counter(PREFIX + "commands_not_opened"); // sealed for somebody else, or changed
        deaf = metrics.counter(PREFIX + "workers_that_do_not_seal"); // each a sealed call that was closed for it
        handshake = metrics.timer(PREFIX + "handshake");
        for (Drop why : Drop.values()) {
            dropped.put(why, metrics.counter(PREFIX + "frames_dropped", "cause", why.name().toLowerCase(Locale.ROOT)));
        }
        for (TurnedAway why : TurnedAway.values()) {
            turnedAway.put(why, metrics.counter(PREFIX + "sockets_turned_away", "cause", why.name().toLowerCase(Locale.ROOT)));
        }
        for (OddMessage how : OddMessage.values()) {
            odd.put(how, metrics.counter(PREFIX + "odd_messages", "kind", how.label()));
        }
    }

    /// A message of a running call was passed over.
    void odd(OddMessage how) {
        Counter counter = odd.get(how);
        if (counter != null) {
            counter.increment();
        }
    }

    void dropped(Drop why, int frames) {
        Counter counter = dropped.get(why);
        if (counter != null) {
            counter.increment(frames);
        }
    }

    /// A socket is turned away before its upgrade.
    void turnedAway(TurnedAway why) {
        Counter counter = turnedAway.get(why);
        if (counter != null) {
            counter.increment();
        }
    }

    /// The gateway refuses a call by itself.
    void refused(Failure failure) {
        metrics.counter(PREFIX + "calls_refused", "cause", failure.name().toLowerCase(Locale.ROOT)).increment();
    }

    /// A request for a socket is none, and is answered with an HTTP status.
    void notUpgraded(int status) {
        metrics.counter(PREFIX + "upgrades_refused", "status", Integer.toString(status)).increment();
    }

    /// A call is closed. Codes that peers may choose freely share one label.
    void closed(int code) {
        boolean ours = (code >= 1000 && code <= 1014) || (code >= 4400 && code <= 4499);
        metrics.counter(PREFIX + "calls_closed", "code", ours ? Integer.toString(code) : "other").increment();
    }
}
