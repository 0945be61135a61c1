package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.local.LocalSystem;
import io.agentstream.dev.simulator.caller.RawFrame;
import io.agentstream.dev.simulator.caller.RawWebSocket;
import io.agentstream.dev.simulator.sandbox.Behaviour;
import io.agentstream.dev.simulator.sandbox.Script;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

/// Brings calls as far as a test wants them. One thread.
final class CallSteps {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration HEARD_WITHIN = Duration.ofMillis(500);

    private final LocalSystem system;
    private final Api api;
    private long proofMs = 1_500;

    /// Whose the agents are that are not the demo organisation's.
    private final Map<String, Api> owners = new HashMap<>();

    CallSteps(LocalSystem system) {
        this.system = system;
        this.api = new Api(system.demo());
    }

    /// How long the proof of a call takes that is to come to [Step#STARTED].
    void proofTakes(long ms) {
        proofMs = ms;
    }

    /// Says whose an agent is.
    void belongs(String agent, Api owner) {
        owners.put(agent, owner);
    }

    /// What the owner of the call's agent sees.
    Api api(Attempt attempt) {
        return owners.getOrDefault(attempt.agent, api);
    }

    /// How far a call has come.
    enum Step {
        ACCEPTED, CONNECTED, STARTED, RUNNING, CALLER_SPEAKS, AGENT_SPEAKS, AGENT_IS_LEAVING
    }

    /// A call that has come so far.
    RawWebSocket at(Step step, Attempt attempt) throws Exception {
        if (step == Step.STARTED) {
            system.sandbox().script(attempt.session, new Script(Behaviour.SLOW, 1, proofMs));
        }
        attempt.silent = true;
        RawWebSocket socket = attempt.open();
        api(attempt).awaitRun(attempt.agent, attempt.callId, "initialized");
        if (step == Step.ACCEPTED) {
            return socket;
        }
        socket.text(attempt.first.orElseThrow());
        if (step == Step.CONNECTED) {
            return socket;
        }
        socket.text(attempt.start());
        if (step == Step.STARTED) {
            try (Lifecycle lifecycle = new Lifecycle(system.demo())) {
                Wait.until("its start is known", () -> lifecycle.started(attempt.callId));
            }
            return socket;
        }
        api(attempt).awaitRun(attempt.agent, attempt.callId, "running");
        switch (step) {
            case ACCEPTED, CONNECTED, STARTED, RUNNING -> {}
            case CALLER_SPEAKS -> speakUntilHeard(socket);
            case AGENT_SPEAKS -> awaitAudio(socket);
            case AGENT_IS_LEAVING -> {
                awaitAudio(socket);
                digit(socket);
                Wait.until("the agent says goodbye", () -> Wait.when(api(attempt).events(api(attempt).awaitRun(attempt.agent, attempt.callId, "running")).stream()
                        .anyMatch(event -> event.path("payload").path("node").asString("").equals("bye"))));
            }
        }
        return socket;
    }

    /// Presses a key.
    static void digit(RawWebSocket socket) throws IOException {
        socket.text("{\"event\":\"dtmf\",\"streamSid\":\"MZ-1\",\"dtmf\":{\"digit\":\"1\"}}");
    }

    private static void speak(RawWebSocket socket) throws IOException {
        String payload = Base64.getEncoder().encodeToString(new byte[160]);
        for (int frame = 0; frame < 5; frame++) {
            socket.text("{\"event\":\"media\",\"streamSid\":\"MZ-1\",\"media\":{\"track\":\"inbound\",\"payload\":\"" + payload + "\"}}");
        }
    }

    /// A gateway hears of the running run after the API knows it, and passes over what is said before.
    private static void speakUntilHeard(RawWebSocket socket) throws IOException {
        long deadlineNs = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            speak(socket);
            try {
                if (isAudio(socket.read(HEARD_WITHIN).orElseThrow(() -> new AssertionError("the socket is closed")))) {
                    return;
                }
            } catch (SocketTimeoutException notYet) {
                assertTrue(System.nanoTime() < deadlineNs, "the caller is not heard");
            }
        }
    }

    private static void awaitAudio(RawWebSocket socket) throws IOException {
        while (!isAudio(read(socket))) {
            // something else, such as a mark
        }
    }

    private static boolean isAudio(RawFrame frame) {
        return new String(frame.payload(), StandardCharsets.UTF_8).contains("\"media\"");
    }

    private static RawFrame read(RawWebSocket socket) throws IOException {
        return socket.read(PATIENCE).orElseThrow(() -> new AssertionError("the socket is closed"));
    }
}
