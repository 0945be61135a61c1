package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.local.LocalSystem;
import io.agentstream.dev.simulator.caller.RawWebSocket;
import io.agentstream.dev.simulator.sandbox.CloudonixSandbox;
import io.agentstream.dev.simulator.sandbox.SandboxRequest;
import io.agentstream.gateway.GatewayService;
import io.agentstream.runtime.Config;
import io.agentstream.runtime.StopBarrier;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/// All calls of one account are drained at once, its configuration is deleted, and one of two orchestrators is killed when it has
/// decided and the provider has hardly been told. Every request to the provider counts, also what is asked once more because nobody knows whether it was
/// done.
///
/// `-Ddrill.sessions=2000` plays the long form in full, which takes as long as the provider's limit asks for: about a quarter of an hour.
@WholeMachine
final class DrainDrillTest {

    private static final int SHORT_SESSIONS = 24;
    private static final int LONG_SESSIONS = Integer.getInteger("drill.sessions", 200);

    /// Requests in [#WINDOW].
    private static final int LIMIT = Integer.getInteger("drill.limit", 10);

    /// Calls that begin at a time.
    private static final int AT_ONCE = 100;

    private static final Duration WINDOW = Duration.ofSeconds(3);

    private Infrastructure infrastructure;
    private LocalSystem system;

    @BeforeEach
    void start() throws Exception {
        infrastructure = Infrastructure.start();
        infrastructure.environment().put("AGENT_STREAM_CLOUDONIX_RATE_LIMIT", Integer.toString(LIMIT));
        infrastructure.environment().put("AGENT_STREAM_HANDSHAKE_TIMEOUT", "60s");
        infrastructure.environment().put("AGENT_STREAM_MAX_HANDSHAKES_PER_TENANT", "1000");
        system = infrastructure.startSystem();
    }

    @AfterEach
    void stop() throws Exception {
        system.close();
        infrastructure.close();
    }

    @Test
    void everySessionOfAFewIsHungUpWithinTheProvidersLimitThoughAnOrchestratorDies() throws Exception {
        play(SHORT_SESSIONS);
    }

    @Test
    @Tag("long")
    @Timeout(value = 1, unit = TimeUnit.HOURS)
    void everySessionIsHungUpWithinTheProvidersLimitThoughAnOrchestratorDies() throws Exception {
        play(LONG_SESSIONS);
    }

    private void play(int wanted) throws Exception {
        Api api = new Api(system.demo());
        String agent = api.newAgent("{\"engine\":\"echo\"}");
        new Operator(system.demo()).limits("{\"max_concurrent_calls\":10000}");
        Queue<SandboxRequest> requests = new ConcurrentLinkedQueue<>();
        List<RawWebSocket> sockets = new ArrayList<>();
        Set<String> sessions;
        GatewayService gateway = GatewayService.launch(Config.load(environment(), Map.of(), List.of()), new StopBarrier());
        try (ServiceProcess mortal = ServiceProcess.start(ServiceProcess.Kind.ORCHESTRATOR, environment());
                CloudonixSandbox.Registration told = system.sandbox().onRequest(requests::add)) {
            // given calls that talk, of an account whose configuration is deleted meanwhile
            Api.awaitReady("http://127.0.0.1:" + gateway.adminPort());
            sessions = talk(wanted, api, gateway, agent, sockets);
            deleteConfiguration(api);
            requests.clear();

            // when
            Thread closing = Thread.ofPlatform().start(() -> {
                try {
                    gateway.close();
                } catch (InterruptedException stopped) {
                    Thread.currentThread().interrupt();
                }
            });
            Wait.until("half of them are decided on", 60_000, () -> Wait.when(count(api, agent, "completed") >= wanted / 2));
            mortal.kill();
            int toldByThen = hungUp(requests).size();

            // then
            long patienceMs = 60_000 + wanted * WINDOW.toMillis() * 2 / LIMIT;
            Wait.until("every session is hung up", patienceMs, () -> Wait.when(hungUp(requests).equals(sessions)));
            Wait.until("every hang-up is confirmed", patienceMs, () -> Wait.when(hangUpsToDo() == 0));
            closing.join();
            assertTrue(toldByThen < wanted, "all were told before anybody died");
            int most = mostInWindow(requests.stream().map(SandboxRequest::atMs).toList());
            assertTrue(most <= LIMIT, most + " requests within the provider's window: " + requests);
            for (JsonNode run : api.awaitNoOpenRun(agent)) {
                assertEquals("drained", run.path("end").path("by").asString(), run.toString());
            }
            System.out.printf(
                    "sessions=%d limit=%d told_before_the_kill=%d requests=%d most_in_window=%d%n",
                    wanted, LIMIT, toldByThen, requests.size(), most);
        } finally {
            for (RawWebSocket socket : sockets) {
                socket.close();
            }
            gateway.close();
        }
    }

    /// Some at a time, so that no gateway finds them too many; the provider waits for nobody while they begin, for it is about how they
    /// end.
    private Set<String> talk(
            int wanted, Api api, GatewayService gateway, String agent, List<RawWebSocket> sockets) throws Exception {
        List<Attempt> attempts = new ArrayList<>();
        try (Connection database = connect();
                Statement statement = database.createStatement()) {
            while (attempts.size() < wanted) {
                for (int n = 0; n < AT_ONCE && attempts.size() < wanted; n++) {
                    Attempt attempt = new Attempt(system, agent);
                    attempt.gateway = "ws://127.0.0.1:" + gateway.port();
                    attempts.add(attempt);
                    sockets.add(attempt.open());
                    statement.executeUpdate("update provider_turns set times = '{}'");
                }
                Wait.until("all calls talk", 60_000, () -> {
                    statement.executeUpdate("update provider_turns set times = '{}'");
                    return Wait.when(count(api, agent, "running") == attempts.size());
                });
            }
        }
        return attempts.stream().map(attempt -> attempt.session).collect(Collectors.toSet());
    }

    private static void deleteConfiguration(Api api) throws Exception {
        for (JsonNode configuration : api.send("GET", "/api/v1/telephony-configurations", "").path("items")) {
            api.send("DELETE", "/api/v1/telephony-configurations/" + configuration.path("id").asLong(), "");
        }
    }

    private static int count(Api api, String agent, String state) throws Exception {
        int runs = 0;
        String cursor = "";
        do {
            JsonNode page = api.send("GET", "/api/v1/agents/" + agent + "/runs?limit=500&state=" + state + cursor, "");
            runs += page.path("items").size();
            cursor = page.path("next_cursor").isNull() ? "" : "&cursor=" + page.path("next_cursor").asString();
        } while (!cursor.isEmpty());
        return runs;
    }

    /// Sessions that the provider says it has ended.
    private static Set<String> hungUp(Collection<SandboxRequest> requests) {
        return requests.stream()
                .filter(request -> request.method().equals("DELETE") && request.status() == 204)
                .map(SandboxRequest::session)
                .collect(Collectors.toSet());
    }

    /// Of which nobody has noted yet that they are done.
    private int hangUpsToDo() throws Exception {
        try (Connection database = connect(); Statement statement = database.createStatement();
                ResultSet rows = statement.executeQuery("select count(*) from outbox where kind = 'hang_up' and dead_at is null")) {
            rows.next();
            return rows.getInt(1);
        }
    }

    private Connection connect() throws Exception {
        Map<String, String> environment = environment();
        return DriverManager.getConnection(
                environment.get("AGENT_STREAM_DATABASE_URL"),
                environment.get("AGENT_STREAM_DATABASE_USER"),
                environment.get("AGENT_STREAM_DATABASE_PASSWORD"));
    }

    private static int mostInWindow(List<Long> timesMs) {
        List<Long> sorted = timesMs.stream().sorted().toList();
        int most = 0;
        int first = 0;
        for (int last = 0; last < sorted.size(); last++) {
            while (sorted.get(last) - sorted.get(first) >= WINDOW.toMillis()) {
                first++;
            }
            most = Math.max(most, last - first + 1);
        }
        return most;
    }

    private Map<String, String> environment() {
        Map<String, String> environment = Beside.of(system, infrastructure.environment());
        environment.put("AGENT_STREAM_DRAIN_TIMEOUT", "1s");
        environment.put("AGENT_STREAM_IDLE_TIMEOUT", "1h");
        return environment;
    }
}
