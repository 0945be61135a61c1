package io.agentstream.dev.e2e;

import io.agentstream.dev.local.DemoFile;
import io.agentstream.dev.local.LocalSystem;
import io.agentstream.dev.simulator.caller.RawWebSocket;
import io.agentstream.dev.simulator.sandbox.Behaviour;
import io.agentstream.dev.simulator.sandbox.CloudonixSandbox;
import io.agentstream.dev.simulator.sandbox.Script;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One call with everything that can be right or wrong about it; good until it is spoiled.
final class Attempt {

    /// A telephony configuration of the demo organisation that has no token.
    static final String DOMAIN_WITHOUT_TOKEN = "tokenless.example.com";

    /// How long a refusal may take: the handshake deadline, and some for a busy machine.
    private static final Duration VERDICT = Duration.ofMillis(SharedSystem.HANDSHAKE_MS + 12_000);

    final String callId = Wait.unique("call");
    final String session = Wait.unique("session");

    @Nullable String provider = "cloudonix";
    String agent;
    /// Whether its agent's owner has less than a call needs.
    boolean penniless;
    boolean suspended;
    int maxConcurrentCalls = 1_000;
    @Nullable String domain;
    @Nullable String accountSid;
    Optional<String> first = Optional.of("{\"event\":\"connected\",\"protocol\":\"Call\",\"version\":\"1.0.0\"}");
    Optional<String> second = Optional.empty();
    @Nullable String streamSid = "MZ-1";
    String encoding = "audio/x-mulaw";
    boolean sessionDenied;
    boolean silent;
    boolean pathForm;
    String gateway;

    private final String given;
    private final DemoFile demo;
    private final CloudonixSandbox sandbox;

    Attempt(LocalSystem system, String agent) {
        this(system.demo(), system.sandbox(), agent);
    }

    Attempt(DemoFile demo, CloudonixSandbox sandbox, String agent) {
        this.demo = demo;
        this.sandbox = sandbox;
        this.agent = agent;
        this.given = agent;
        this.domain = demo.domain();
        this.accountSid = demo.domain();
        this.gateway = demo.streamUrl().substring(0, demo.streamUrl().indexOf("/api/v1/"));
    }

    URI uri() {
        String base = gateway + "/api/v1/agent-stream/";
        StringBuilder uri = new StringBuilder(base);
        if (pathForm) {
            uri.append(provider).append('/');
        }
        uri.append(agent).append("?callId=").append(callId);
        if (provider != null && !pathForm) {
            uri.append("&provider=").append(provider);
        }
        if (domain != null) {
            uri.append("&Domain=").append(domain);
        }
        return URI.create(uri.toString());
    }

    String start() {
        return second.orElseGet(() -> "{\"event\":\"start\",\"sequenceNumber\":\"1\",\"start\":{"
                + (streamSid == null ? "" : "\"streamSid\":\"" + streamSid + "\",")
                + "\"callSid\":\"CA-1\",\"session\":\"" + session + "\","
                + (accountSid == null ? "" : "\"accountSid\":\"" + accountSid + "\",")
                + "\"from\":\"+15550100\",\"to\":\"+15550199\",\"tracks\":[\"inbound\"],"
                + "\"mediaFormat\":{\"encoding\":\"" + encoding + "\",\"sampleRate\":8000,\"channels\":1},"
                + "\"customParameters\":{\"customer_tier\":\"gold\",\"provider\":\"evil\"}}}");
    }

    /// Makes the demo organisation as the attempt wants it, and opens the socket with its first two frames.
    RawWebSocket openInDemo() throws IOException, InterruptedException {
        Operator operator = new Operator(demo);
        if (penniless && agent.equals(given)) {
            agent = operator.agentOfUserWith("0.09");
        }
        operator.limits("{\"max_concurrent_calls\":" + maxConcurrentCalls + ",\"suspended\":" + suspended + "}");
        return open();
    }

    /// Opens the socket with its first two frames.
    RawWebSocket open() throws IOException {
        if (sessionDenied) {
            sandbox.script(session, Script.always(Behaviour.NOT_FOUND));
        }
        RawWebSocket socket = RawWebSocket.open(uri());
        if (!silent) {
            socket.text(first.orElseThrow());
            socket.text(start());
        }
        return socket;
    }

    RawWebSocket.Farewell place() throws IOException, InterruptedException {
        try (RawWebSocket socket = openInDemo()) {
            return socket.awaitFarewell(VERDICT, true);
        }
    }
}
