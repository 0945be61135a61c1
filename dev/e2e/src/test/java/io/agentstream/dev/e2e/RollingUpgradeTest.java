package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.local.LocalSystem;
import io.agentstream.schemas.Topic;
import io.agentstream.schemas.Topics;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;

/// A process of the next version ([NewerWriter]) comes beside each of this one, kind by kind, and goes again, as in an upgrade and its
/// way back: calls go on, new ones are taken, nothing is a dead letter.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@WholeMachine
@Drill
final class RollingUpgradeTest {

    /// Enough that each of two workers has some.
    private static final int STAYING = 4;

    private static final List<Topic<?>> WRITTEN = List.of(
            Topics.CALL_LIFECYCLE, Topics.RUN_EVENTS, Topics.CONVERSATION_EVENTS, Topics.CONVERSATION_SNAPSHOTS);

    private static final int MOST_ROUNDS = 10;

    private Infrastructure infrastructure;
    private LocalSystem system;
    private Api api;
    private String agent;

    @BeforeAll
    void start() throws Exception {
        infrastructure = Infrastructure.start();
        system = infrastructure.startSystem();
        api = new Api(system.demo());
    }

    @AfterAll
    void stop() throws Exception {
        system.close();
        infrastructure.close();
    }

    @Test
    void noCallIsLostWhileVersionsChange() throws Exception {
        change(List.of(ServiceProcess.Kind.GATEWAY, ServiceProcess.Kind.WORKER, ServiceProcess.Kind.ORCHESTRATOR));
    }

    @Test
    @Tag("long")
    void noCallIsLostWhileVersionsChangeInTheOtherOrder() throws Exception {
        change(List.of(ServiceProcess.Kind.ORCHESTRATOR, ServiceProcess.Kind.WORKER, ServiceProcess.Kind.GATEWAY));
    }

    private void change(List<ServiceProcess.Kind> order) throws Exception {
        agent = api.newAgent("{\"engine\":\"echo\"}");
        Map<ServiceProcess.Kind, ServiceProcess> newer = new EnumMap<>(ServiceProcess.Kind.class);
        List<EchoCall> staying = new ArrayList<>();
        int calls = STAYING;
        try {
            // given
            for (int n = 0; n < STAYING; n++) {
                EchoCall call = EchoCall.begin(system, agent);
                staying.add(call);
                call.allowGaps();
            }

            // when newer processes come
            for (ServiceProcess.Kind kind : order) {
                newer.put(kind, newer(kind));
                calls += tryAll(newer, staying);
            }
            // and each has had a call: whose a call is, is decided by its id
            for (int round = 0; round < MOST_ROUNDS && !haveWritten(); round++) {
                calls += tryAll(newer, staying);
            }
            // and go
            for (ServiceProcess.Kind kind : order) {
                newer.remove(kind).leave();
                calls += tryAll(newer, staying);
            }

            // then all calls end as their callers end them
            for (EchoCall call : staying) {
                call.hangUp();
            }
        } finally {
            for (EchoCall call : staying) {
                call.close();
            }
            newer.values().forEach(ServiceProcess::close);
        }
        List<JsonNode> runs = api.awaitNoOpenRun(agent);
        assertEquals(calls, runs.size());
        for (JsonNode run : runs) {
            assertEquals("caller_hangup", run.path("end").path("by").asString(""), run.toString());
        }
        for (Topic<?> topic : WRITTEN) {
            assertTrue(holdsAddedFields(topic), topic.name());
        }
        assertEquals(List.of(), TopicReader.read(system.demo().kafkaBootstrapServers(), Topics.DEAD_LETTERS));
    }

    /// The calls that stay go on, and through each gateway another is placed; how many these were.
    private int tryAll(Map<ServiceProcess.Kind, ServiceProcess> newer, List<EchoCall> staying) throws Exception {
        for (String service : List.of(system.demo().gatewayAdminUrl(), system.demo().apiAdminUrl(), system.demo().workerUrl())) {
            Api.awaitReady(service);
        }
        List<Attempt> attempts = new ArrayList<>(List.of(new Attempt(system, agent)));
        ServiceProcess gateway = newer.get(ServiceProcess.Kind.GATEWAY);
        if (gateway != null) {
            Attempt through = new Attempt(system, agent);
            through.gateway = "ws://127.0.0.1:" + gateway.port();
            attempts.add(through);
        }
        for (Attempt attempt : attempts) {
            try (EchoCall call = EchoCall.begin(attempt, EchoCall.FRAMES_OF_160)) {
                call.allowGaps(); // partitions may be on the move
                call.awaitHeard(10);
                call.hangUp();
            }
        }
        for (EchoCall call : staying) {
            call.awaitHeard(10);
        }
        return attempts.size();
    }

    private boolean haveWritten() throws Exception {
        for (Topic<?> topic : WRITTEN) {
            if (!holdsAddedFields(topic)) {
                return false;
            }
        }
        return true;
    }

    private ServiceProcess newer(ServiceProcess.Kind kind) throws Exception {
        Map<String, String> environment = Beside.of(system, infrastructure.environment());
        environment.put(NewerWriter.VARIABLE, NewerWriter.class.getName());
        return ServiceProcess.start(kind, environment);
    }

    private boolean holdsAddedFields(Topic<?> topic) throws Exception {
        return TopicReader.read(system.demo().kafkaBootstrapServers(), topic).stream()
                .anyMatch(record -> record.value() != null
                        && new String(record.value(), StandardCharsets.UTF_8).contains("\"added\":7"));
    }
}
