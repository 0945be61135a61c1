package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.local.LocalSystem;
import io.agentstream.dev.simulator.caller.RawWebSocket;
import io.agentstream.schemas.Codec.Decoded;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.Sealing;
import io.agentstream.schemas.Topics;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;

/// A gateway or an orchestrator stands still for longer than the others wait, and goes on as if nothing had been. For workers see
/// [FailoverTest].
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@WholeMachine
@Drill
final class FrozenTest {

    private static final int CALLS = 8;
    private static final long LONG_MS = 60_000;

    /// Since the other has all of it: for a while, and for twenty seconds.
    private static final int SHORT_FRAMES = 200;

    private static final int LONG_FRAMES = 1_000;

    /// A second: what was committed when it was frozen is there to be read, and the other has not said any of it yet.
    private static final int MOMENT_FRAMES = 50;

    /// Calls of which something may not have been said.
    private static final String UNSAID =
            "SELECT r.call_id::text FROM outbox o JOIN runs r ON r.id = o.run_id WHERE o.kind = 'say'";

    /// As long as an orchestrator that thaws may take to find out that it has lost its partitions.
    private static final int THAWED_FRAMES = 400;

    /// What is said of a run once.
    private static final Set<String> ONCE = Set.of("created", "running", "completed", "failed");

    private static final Set<String> DECISIONS = Set.of("Created", "Running", "Completed", "Failed", "Admit", "Open");

    private Infrastructure infrastructure;
    private LocalSystem system;
    private Api api;
    private String agent;

    @BeforeAll
    void start() throws Exception {
        infrastructure = Infrastructure.start();
        system = infrastructure.startSystem();
        api = new Api(system.demo());
        agent = api.newAgent("{\"engine\":\"echo\"}");
    }

    @AfterAll
    void stop() throws Exception {
        system.close();
        infrastructure.close();
    }

    @Test
    void aGatewayThatThawsClosesTheCallsThatWereGivenUp() throws Exception {
        try (ServiceProcess gateway = second(ServiceProcess.Kind.GATEWAY)) {
            Attempt attempt = new Attempt(system, agent);
            attempt.gateway = "ws://127.0.0.1:" + gateway.port();
            try (EchoCall call = EchoCall.begin(attempt, EchoCall.FRAMES_OF_160)) {
                // given a run that was closed while its gateway stood still
                call.awaitHeard(25);
                call.allowGaps();
                gateway.freeze();
                JsonNode lost = Wait.until("the run is given up", LONG_MS, () -> api.runs(agent).stream()
                        .filter(run -> attempt.callId.equals(run.path("gathered_context").path("call_id").asString("")))
                        .filter(run -> !run.path("ended_at").isNull())
                        .findFirst());
                assertEquals("lost", lost.path("end").path("by").asString(), lost.toString());

                // when
                gateway.thaw();

                // then its call is over, and the run is what it was
                assertTrue(call.awaitClose() > 0, "closed without a word");
                Wait.until("the socket's end is known", () -> api.events(lost).stream()
                        .filter(event -> event.path("type").asString("").equals("ended"))
                        .findFirst());
                assertEquals(lost, api.runs(agent).stream().filter(run -> run.path("id").equals(lost.path("id"))).findFirst().orElseThrow());
            }
        }
    }

    @Test
    void nothingIsDoneTwiceWhereAnOrchestratorThaws() throws Exception {
        freezeAndThaw(SHORT_FRAMES);
    }

    @Test
    @Tag("long")
    void nothingIsDoneTwiceWhereAnOrchestratorThawsThatStoodStillForLong() throws Exception {
        freezeAndThaw(LONG_FRAMES);
    }

    private void freezeAndThaw(int frozenFrames) throws Exception {
        List<RawWebSocket> sockets = new ArrayList<>();
        List<Attempt> attempts = new ArrayList<>();
        try (ServiceProcess second = second(ServiceProcess.Kind.ORCHESTRATOR)) {
            Api.awaitReady(system.demo().apiAdminUrl());
            try (EchoCall running = EchoCall.begin(system, agent)) {
                // given calls in the middle of their admission when one of two orchestrators stands still, until the other has all
                for (int n = 0; n < CALLS; n++) {
                    Attempt attempt = new Attempt(system, agent);
                    attempts.add(attempt);
                    sockets.add(attempt.openInDemo());
                }
                second.freeze();
                // and what it was in the middle of saying, or has said a moment ago, stands in the outbox
                Set<String> interrupted = new HashSet<>(texts(UNSAID));
                running.awaitHeard(MOMENT_FRAMES);
                interrupted.addAll(texts(UNSAID));
                Set<String> decided = new HashSet<>();
                Wait.until("every call is decided about", LONG_MS, () -> {
                    for (JsonNode run : api.runs(agent)) {
                        if (!run.path("state").asString("").equals("initialized")) {
                            decided.add(run.path("gathered_context").path("call_id").asString(""));
                        }
                    }
                    return attempts.stream().allMatch(attempt -> decided.contains(attempt.callId))
                            ? Optional.of(decided)
                            : Optional.empty();
                });

                running.awaitHeard(frozenFrames);
                Set<String> ids = new HashSet<>();
                api.runs(agent).forEach(run -> ids.add(run.path("call_id").asString("")));
                List<String> rowsBefore = rows();
                Map<String, Long> saidBefore = decisions(ids);

                // when
                second.thaw();

                // then it works along, what was decided meanwhile stays, and nothing of it is said once more, but for what it was in
                // the middle of saying: that left for Kafka with the thaw, though the other had said it meanwhile
                Api.awaitReady(second.adminUrl());
                running.awaitHeard(THAWED_FRAMES);
                assertEquals(rowsBefore, rows());
                Map<String, Long> saidAfter = decisions(ids);
                assertEquals(without(interrupted, saidBefore), without(interrupted, saidAfter));
                assertTrue(saidAfter.values().stream().allMatch(times -> times <= 2), saidAfter.toString());

                // and the call that was there before has lost nothing, and of each run there is one
                running.hangUp();
                for (RawWebSocket socket : sockets) {
                    socket.close();
                }
                List<JsonNode> runs = api.awaitNoOpenRun(agent);
                for (Attempt attempt : attempts) {
                    List<JsonNode> own = runs.stream()
                            .filter(run -> attempt.callId.equals(run.path("gathered_context").path("call_id").asString("")))
                            .toList();
                    assertEquals(1, own.size(), own.toString());
                    assertSaidOnce(own.getFirst());
                }
                assertNothingElseIsSaid(ids);
            }
        } finally {
            for (RawWebSocket socket : sockets) {
                socket.close();
            }
        }
    }

    /// How often which decision of these calls, and which order that follows from it, is on its topic.
    private Map<String, Long> decisions(Set<String> calls) throws Exception {
        Map<String, Long> said = new TreeMap<>(NothingTwice.said(infrastructure.servers()));
        said.keySet().removeIf(what -> DECISIONS.stream().noneMatch(kind -> what.startsWith(kind + " "))
                || calls.stream().noneMatch(call -> what.endsWith(" " + call)));
        return said;
    }

    private static Map<String, Long> without(Set<String> calls, Map<String, Long> said) {
        Map<String, Long> rest = new TreeMap<>(said);
        rest.keySet().removeIf(what -> calls.contains(what.substring(what.indexOf(' ') + 1)));
        return rest;
    }

    /// Of each of these calls each decision is on the topic in one wording: who dies having said it has it said by another.
    private void assertNothingElseIsSaid(Set<String> calls) throws Exception {
        Map<String, Set<RunEvent>> said = new HashMap<>();
        for (var record : TopicReader.read(infrastructure.servers(), Topics.RUN_EVENTS)) {
            if (Topics.RUN_EVENTS.codec().decode(record.value()) instanceof Decoded.Value<RunEvent>(RunEvent event)
                    && calls.contains(event.callId().toString())) {
                // what is sealed is sealed anew each time it is said
                RunEvent wording = event instanceof RunEvent.Running running ? Sealing.blank(running) : event;
                said.computeIfAbsent(event.getClass().getSimpleName() + " " + event.callId(), _ -> new HashSet<>()).add(wording);
            }
        }
        said.values().removeIf(wordings -> wordings.size() == 1);
        assertEquals(Map.of(), said);
    }

    /// Every run as it stands in the database, without the signs of life.
    private List<String> rows() throws Exception {
        return texts("SELECT (to_jsonb(r) - 'last_seen_at' - 'alive_at' - 'alive_read_at')::text FROM runs r ORDER BY r.id");
    }

    private List<String> texts(String query) throws Exception {
        Map<String, String> environment = infrastructure.environment();
        List<String> rows = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection(
                        environment.get("AGENT_STREAM_DATABASE_URL"), environment.get("AGENT_STREAM_DATABASE_USER"),
                        environment.get("AGENT_STREAM_DATABASE_PASSWORD"));
                ResultSet row = connection.createStatement().executeQuery(query)) {
            while (row.next()) {
                rows.add(row.getString(1));
            }
        }
        return rows;
    }

    private void assertSaidOnce(JsonNode run) throws Exception {
        Map<String, Integer> said = new HashMap<>();
        api.events(run).forEach(event -> said.merge(event.path("type").asString(""), 1, Integer::sum));
        said.keySet().retainAll(ONCE);
        assertTrue(said.values().stream().allMatch(times -> times == 1), said.toString());
    }

    private ServiceProcess second(ServiceProcess.Kind kind) throws Exception {
        return ServiceProcess.start(kind, Beside.of(system, infrastructure.environment()));
    }
}
