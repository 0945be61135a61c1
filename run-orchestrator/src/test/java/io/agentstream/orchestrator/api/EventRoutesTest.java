package io.agentstream.orchestrator.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.api.EventReader.Told;
import io.agentstream.orchestrator.decide.Samples;
import io.agentstream.orchestrator.decide.Tenant;
import io.agentstream.orchestrator.decide.TenantCalls;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.RunEvents.Source;
import io.agentstream.orchestrator.store.Sql;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.runtime.Secret;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.End;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What somebody is told who follows an organisation's runs: everything, in order, each thing once, and nothing of anybody else's.
@Isolated
@ExtendWith(TestPostgres.class)
final class EventRoutesTest {
    private static final AtomicLong OFFSETS = new AtomicLong();

    private Database database;
    private Tenant tenant;
    private TenantCalls calls;
    private RunningApi api;
    private RunningApi another;

    /// Two orchestrators.
    @BeforeEach
    void start(Database database) {
        this.database = database;
        tenant = Tenant.create(database);
        calls = new TenantCalls(tenant);
        api = new RunningApi(database, tenant.sample().apiKey(), Duration.ofSeconds(5));
        another = new RunningApi(database, tenant.sample().apiKey(), Duration.ofSeconds(5));
    }

    @AfterEach
    void stop() {
        api.close();
        another.close();
    }

    private EventReader follow(RunningApi at, String query, String lastId) throws Exception {
        return new EventReader(at, tenant.sample().apiKey(), "/api/v1/events" + query, lastId);
    }

    private EventReader follow(String query) throws Exception {
        return follow(api, query, null).begun();
    }

    private void heard(TenantCalls of, CallId call, long n, String text) {
        of.decisions().said(
                new ConversationEvent.Heard(call, n, 3, Samples.T0.plusSeconds(n), 1, text, null, 500L, 1),
                new Source("events-test", 0, OFFSETS.incrementAndGet()));
    }

    private static List<String> types(List<Told> told) {
        return told.stream().map(Told::type).toList();
    }

    @Test
    void tellsWhatHappensAsItHappensAndNothingOfAnotherTenant() throws Exception {
        // given
        TenantCalls others = new TenantCalls(Tenant.create(database));
        try (EventReader reader = follow("")) {
            // when
            CallId foreign = others.running("sess-foreign");
            CallId call = calls.running("sess-own");
            heard(others, foreign, 1, "foreign words");
            heard(calls, call, 1, "own words");
            calls.ended(call, End.CALLER_HANGUP);

            // then
            List<Told> told = reader.until("completed");
            assertEquals(List.of("offered", "created", "started", "running", "heard", "ended", "completed"), types(told));
            Told words = told.get(4);
            assertEquals("own words", words.data().at("/payload/text").stringValue());
            assertEquals("running", words.data().at("/run/state").stringValue());
            assertEquals(call.toString(), words.data().at("/run/call_id").stringValue());
            assertEquals(tenant.sample().agentUuid().toString(), words.data().at("/run/agent_uuid").stringValue());
            assertFalse(told.get(3).data().path("payload").has("definition"));
        }
    }

    @Test
    void goesOnBehindEveryEventAtAnyOrchestrator() throws Exception {
        // given
        List<Told> all;
        try (EventReader reader = follow("")) {
            CallId call = calls.running("sess-1");
            heard(calls, call, 1, "words");
            calls.ended(call, End.CALLER_HANGUP);
            all = reader.until("completed");
        }

        for (int i = 0; i < all.size() - 1; i++) {
            // when
            try (EventReader again = follow(i % 2 == 0 ? another : api, "", all.get(i).id())) {
                // then
                assertEquals(types(all.subList(i + 1, all.size())), types(again.until("completed")), "behind " + i);
            }
        }
    }

    @Test
    void tellsWhatBecomesKnownLateOnceWhoeverIsAsked(EmbeddedPostgres server) throws Exception {
        // given two transactions, of which the first to write is the last to commit
        CallId call = calls.running("sess-1");
        try (EventReader reader = follow("");
                Connection slow = DriverManager.getConnection(TestPostgres.jdbcUrl(server, database), "postgres", "postgres")) {
            slow.setAutoCommit(false);
            write(slow, call, "late");
            heard(calls, call, 2, "soon");
            Told soon = reader.next();

            // when
            try (EventReader elsewhere = follow(another, "", soon.id()).begun()) {
                slow.commit();
                Told late = elsewhere.next();
                heard(calls, call, 3, "last");

                // then
                assertEquals(List.of("heard", "late", "heard"), List.of(soon.type(), late.type(), elsewhere.next().type()));
                assertEquals(List.of("late", "heard"), List.of(reader.next().type(), reader.next().type()));
                try (EventReader third = follow(api, "", late.id())) {
                    assertEquals("last", third.next().data().at("/payload/text").stringValue());
                }
            }
        }
    }

    private static void write(Connection connection, CallId call, String type) throws Exception {
        Sql.update(
                connection,
                "insert into run_events (run_id, at, type, payload) select id, now(), ?, '{}' from runs where call_id = ?",
                type,
                call.value());
    }

    @Test
    void tellsNothingTwiceWhereAnotherOrchestratorHasSeenMore(EmbeddedPostgres server) throws Exception {
        // given somebody who comes with a mark that lies before us
        CallId call = calls.running("sess-1");
        heard(calls, call, 1, "one");
        long high = database.withConnection(
                c -> Sql.only(c, "select max(position) from run_events", row -> row.getLong(1)));

        // when
        try (EventReader reader = follow(api, "", (high + 1) + "-1")) {
            reader.begun();
            heard(calls, call, 2, "is had, unless others wrote");
            heard(calls, call, 3, "three");
            heard(calls, call, 4, "four");

            // then
            List<Told> told = new ArrayList<>();
            do {
                told.add(reader.next());
            } while (!told.getLast().data().at("/payload/text").stringValue("").equals("four"));
            assertTrue(told.stream().allMatch(each -> each.data().path("position").longValue() != high + 1), told.toString());
        }
    }

    @Test
    void tellsOfOneAgentAndOfOneStateOnly() throws Exception {
        try (EventReader failed = follow("?state=failed");
                EventReader nobodys = follow("?agent=0b0f1fd4-2f6b-4f0e-8a52-0b5ad5a54f3e");
                EventReader own = follow("?state=completed&agent=" + tenant.sample().agentUuid())) {
            // when
            calls.offer(tenant.offer().domain("unknown.example.com").build());
            CallId call = calls.running("sess-1");
            calls.ended(call, End.CALLER_HANGUP);

            // then
            assertEquals("completed", own.next().type());
            assertEquals("failed", failed.next().type());
            assertEquals(List.of(), nobodys.soFar());
        }
    }

    @Test
    void endsWhenTheKeyIsRevoked() throws Exception {
        // given
        RunningApi.Answer made = api.send("POST", "/api/v1/api-keys", "{\"name\":\"k\",\"scope\":\"read\"}");
        Secret key = new Secret(made.get("/key").stringValue());
        try (EventReader reader = new EventReader(api, key, "/api/v1/events", null);
                EventReader other = follow("")) {
            reader.begun();

            // when
            api.send("DELETE", made.header("Location"), null);

            // then
            Told end = reader.next();
            assertEquals(List.of("end", "key"), List.of(end.kind(), end.data().path("reason").stringValue()));
            assertEquals("over", reader.next().kind());
            assertEquals(List.of(), other.soFar());
        }
    }

    @Test
    void aSuspendedOrganisationSeesItsCallsEnd() throws Exception {
        try (EventReader reader = follow("")) {
            CallId call = calls.running("sess-1");
            reader.until("running");

            // when
            tenant.suspended(true);
            calls.ended(call, End.CALLER_HANGUP);

            // then
            reader.until("completed");
        }
    }

    @Test
    void endsInGoodMannersWhenTheProcessDoesAndGoesOnElsewhere() throws Exception {
        // given
        try (EventReader reader = follow("")) {
            CallId call = calls.running("sess-1");
            reader.until("running");

            // when
            api.endFollowing();

            // then
            assertEquals("draining", reader.next().data().path("reason").stringValue());
            assertEquals("over", reader.next().kind());
            calls.ended(call, End.CALLER_HANGUP);
            try (EventReader elsewhere = follow(another, "", reader.lastId())) {
                assertEquals(List.of("ended", "completed"), types(elsewhere.until("completed")));
            }
        }
    }

    @Test
    void whoDoesNotReadIsCutOffAndNobodyWaitsForHim() throws Exception {
        // given
        CallId call = calls.running("sess-1");
        try (Socket standing = new Socket();
                EventReader reader = follow("")) {
            standing.setReceiveBufferSize(4_096);
            standing.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), api.url("").getPort()));
            standing.getOutputStream().write(("GET /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                            + tenant.sample().apiKey().reveal() + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            standing.setSoTimeout(15_000);
            InputStream in = standing.getInputStream();
            assertTrue(in.read() > 0);
            while (!api.metrics().contains("agent_stream_orchestrator_followers{service=\"api-test\"} 2.0")
                    && !api.metrics().matches("(?s).*agent_stream_orchestrator_followers\\S* 2\\.0.*")) {
                Thread.onSpinWait();
            }

            // when
            int sent = 0;
            String much = "x".repeat(100_000);
            while (api.metrics().matches("(?s).*agent_stream_orchestrator_followers\\S* 2\\.0.*") && sent < 400) {
                heard(calls, call, ++sent, much);
                reader.next();
            }

            // then
            assertTrue(sent < 400, "he is still there");
            heard(calls, call, ++sent, "the end");
            Told last = reader.next();
            assertEquals("the end", last.data().at("/payload/text").stringValue());
        }
    }

    @Test
    void whoComesBackIsToldOfAsMuchAsThereIsHoweverLargeItIs() throws Exception {
        // given somebody who was away while far more happened than may wait for him
        CallId call = calls.running("sess-1");
        String begin;
        try (EventReader reader = follow("")) {
            begin = reader.lastId();
        }
        int many = 60;
        for (int n = 1; n < many; n++) {
            heard(calls, call, n, n + " " + "x".repeat(n % 20 == 0 ? 900_000 : 100_000));
        }
        heard(calls, call, many, "the end");

        // when he is told of it at one connection
        try (EventReader again = follow(api, "", begin)) {
            // then
            for (int n = 1; n <= many; n++) {
                Told told = again.next();
                assertEquals("message", told.kind(), "he is cut off before " + n);
                assertTrue(told.data().at("/payload/text").stringValue().startsWith(n == many ? "the end" : n + " "));
            }
        }
    }

    @Test
    void whoConnectsAgainAndAgainStandsInTheAuditLogOnce() throws Exception {
        // given
        String id;
        try (EventReader reader = follow("")) {
            id = reader.lastId();
        }

        // when
        for (int again = 0; again < 3; again++) {
            follow(api, "", id).begun().close();
        }

        // then
        assertEquals(
                1,
                api.get("/api/v1/audit-log").get("/items").valueStream()
                        .filter(entry -> entry.path("action").stringValue().equals("events.followed"))
                        .count());
    }

    @Test
    void aKeyHasSoManyStreamsAndNoThreadForAnyOfThem() throws Exception {
        // given
        List<EventReader> readers = new ArrayList<>();
        int before = platformThreads();
        try {
            for (int i = 0; i < Places.FOLLOWERS_OF_KEY; i++) {
                readers.add(follow(""));
            }

            // when
            EventReader more = follow(api, "", null);

            // then
            assertEquals(429, more.status());
            assertTrue(platformThreads() - before < 10, before + " threads became " + platformThreads());
            calls.running("sess-1");
            for (EventReader reader : readers) {
                assertEquals("offered", reader.next().type());
            }
        } finally {
            readers.forEach(EventReader::close);
        }
        EventReader later = null;
        for (int i = 0; i < 100 && (later == null || later.status() != 200); i++) {
            calls.running("sess-" + i); // who is gone is found when something is to be told
            later = follow(api, "", null);
        }
        assertEquals(200, later.status());
        later.close();
    }

    /// Of the API, not of its clients.
    private static int platformThreads() {
        return (int) Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("orchestrator-") || thread.getName().startsWith("XNIO"))
                .count();
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "12-0", "1;2"})
    void namesAnIdThatIsNone(String id) throws Exception {
        try (EventReader reader = follow(api, "", id)) {
            assertEquals(400, reader.status());
        }
        RunningApi.Answer answer = api.send("GET", "/api/v1/events?state=none", null, "Last-Event-ID", id);
        assertEquals(List.of("state", "Last-Event-ID"), answer.badFields());
    }

    @Test
    void saysWhatLiesTooFarBack() throws Exception {
        // given
        database.withConnection(c -> Sql.only(
                c, "select setval(pg_get_serial_sequence('run_events', 'position'), (select max(position) + 1100000 from run_events))",
                row -> row.getLong(1)));
        calls.running("sess-1");

        // when
        try (EventReader reader = follow(api, "", "1")) {
            // then
            assertEquals("gap", reader.next().kind());
            calls.running("sess-2");
            assertEquals("offered", reader.next().type());
        }
    }

    @Test
    void answersAStreamOrNothing() throws Exception {
        assertEquals(406, api.send("GET", "/api/v1/events", null, "Accept", "application/json").status());
        try (EventReader reader = follow("")) {
            assertTrue(reader.lastId().matches("[0-9]+(-.*)?"), reader.lastId());
        }
        assertTrue(api.get("/api/v1/audit-log").http().body().contains("events.followed"));
    }
}
