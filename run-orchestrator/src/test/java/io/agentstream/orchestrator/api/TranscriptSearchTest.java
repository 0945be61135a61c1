package io.agentstream.orchestrator.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.decide.Samples;
import io.agentstream.orchestrator.decide.Tenant;
import io.agentstream.orchestrator.decide.TenantCalls;
import io.agentstream.orchestrator.search.Indexer;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.RunEvents.Source;
import io.agentstream.orchestrator.store.Sql;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.runtime.Metrics;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.End;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Runs are found by what was said in them, and by every name that their call has elsewhere.
@ExtendWith(TestPostgres.class)
final class TranscriptSearchTest {
    private static final AtomicLong OFFSETS = new AtomicLong();

    private Database database;
    private Tenant tenant;
    private TenantCalls calls;
    @AutoClose
    private RunningApi api;
    private CallId call;

    /// One call that is over, and another tenant's with the same words.
    @BeforeEach
    void start(Database database) throws Exception {
        this.database = database;
        tenant = Tenant.create(database);
        calls = new TenantCalls(tenant);
        api = new RunningApi(database, tenant.sample().apiKey());
        call = talk(calls);
        calls.ended(call, End.CALLER_HANGUP);
        TenantCalls others = new TenantCalls(Tenant.create(database));
        others.ended(talk(others), End.CALLER_HANGUP);
        index();
    }

    private static CallId talk(TenantCalls of) throws InterruptedException {
        CallId call = of.running("sess-" + OFFSETS.get());
        heard(of, call, 1, "Hello, I'd like to have MY money", null);
        said(of, call, 2, "Back already? It's about order 4711.");
        heard(of, call, 3, null, "5");
        said(of, call, 4, "A Rückerstattung, then; co-op o'clock?");
        return call;
    }

    private static Source source() {
        return new Source("search-test", 0, OFFSETS.incrementAndGet());
    }

    private static void heard(TenantCalls of, CallId call, long n, @Nullable String text, @Nullable String digit) {
        of.decisions().said(
                new ConversationEvent.Heard(call, n, 3, Samples.T0.plusSeconds(n), 1, text, digit, 500L, 1), source());
    }

    private static void said(TenantCalls of, CallId call, long n, String text) {
        of.decisions().said(
                new ConversationEvent.Said(call, n, 3, Samples.T0.plusSeconds(n), 1, text, 500, true, 1), source());
    }

    private void index() {
        try (Metrics metrics = new Metrics("search-test")) {
            Indexer indexer = new Indexer(database, () -> true, metrics);
            while (indexer.step()) {
                // until nothing is due
            }
        }
    }

    private RunningApi.Answer search(String text, String more) throws Exception {
        return api.get("/api/v1/runs?text=" + URLEncoder.encode(text, StandardCharsets.UTF_8) + more);
    }

    private List<String> found(RunningApi.Answer answer) {
        assertEquals(200, answer.status(), answer.http().body());
        return answer.get("/items").valueStream().map(run -> run.path("call_id").stringValue()).toList();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "money | caller | 1000 | Hello, I'd like to have MY money",
                "MONEY order | caller | 1000 | Hello, I'd like to have MY money",
                "4711 | agent | 2000 | Back already? It's about order 4711.",
                "\"my money\" | caller | 1000 | Hello, I'd like to have MY money",
                "\"about order\" hello | caller | 1000 | Hello, I'd like to have MY money",
                "refund or rückerstattung | agent | 4000 | A Rückerstattung, then; co-op o'clock?",
                "order -refund | agent | 2000 | Back already? It's about order 4711.",
                "co-op o'clock | agent | 4000 | A Rückerstattung, then; co-op o'clock?",
            })
    void findsWhatWasSaidAndSaysWhereAndByWhom(String text, String by, int atMs, String snippet) throws Exception {
        // when
        RunningApi.Answer answer = search(text, "");

        // then
        assertEquals(List.of(call.toString()), found(answer));
        assertEquals(by, answer.get("/items/0/match/by").stringValue());
        assertEquals(atMs, answer.get("/items/0/match/at_ms").intValue());
        assertEquals(snippet, answer.get("/items/0/match/snippet").stringValue());
        RunningApi.Answer events = api.get("/api/v1/runs/" + answer.get("/items/0/id") + "/events");
        assertTrue(events.get("/items").valueStream().anyMatch(event ->
                event.path("position").equals(answer.get("/items/0/match/position"))
                        && event.at("/payload/text").stringValue("").equals(snippet)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "refund", "money -order", "\"money back\"", "\"order my\"", "5", "mon", "hello nobody", "%", "_ello", "sess"
            })
    void findsNothingElse(String text) throws Exception {
        // when
        RunningApi.Answer answer = search(text, "");

        // then
        assertTrue(answer.status() == 400 || found(answer).isEmpty(), answer.http().body());
    }

    @ParameterizedTest
    @ValueSource(strings = {"-money", "-money -order", "...", "money or -order", "%"})
    void refusesWhatWouldHaveToBeLookedForEverywhere(String text) throws Exception {
        // when
        RunningApi.Answer answer = search(text, "");

        // then
        assertEquals(400, answer.status(), answer.http().body());
        assertEquals(List.of("text"), answer.badFields());
    }

    @Test
    void goesTogetherWithTheOtherConditions() throws Exception {
        assertEquals(List.of(call.toString()), found(search("money", "&state=completed&end=caller_hangup")));
        assertEquals(List.of(), found(search("money", "&state=failed")));
        assertEquals(List.of(call.toString()), found(search("money", "&agent=" + tenant.sample().agentUuid())));
        assertEquals(List.of(), found(search("money", "&created_after=2026-01-01T00:00:00Z")));
        assertEquals(List.of(call.toString()), found(search("money", "&external_call_id=" + session())));
        assertEquals(List.of(), found(search("refund", "&external_call_id=" + session())));
    }

    private String session() {
        return tenant.run(call).orElseThrow().gatheredContext().path("call_id").stringValue();
    }

    @Test
    void streamsWhereItWasSaidInEachLineOfATable() throws Exception {
        // when
        RunningApi.Answer answer = api.send("GET", "/api/v1/runs?text=money", null, "Accept", "text/csv");

        // then
        List<String> lines = answer.http().body().lines().toList();
        assertTrue(lines.getFirst().endsWith(",match_at_ms,match_by,match_snippet"), lines.getFirst());
        assertTrue(lines.getLast().endsWith(",1000,caller,\"Hello, I'd like to have MY money\""), lines.getLast());
    }

    @Test
    void findsACallThatGoesOnAfterAWhileAndAsSoonAsItIsOver() throws Exception {
        // given
        CallId second = calls.running("sess-second");
        said(calls, second, 1, "something unheard-of");
        index();
        List<String> before = found(search("unheard-of", ""));

        // when
        calls.ended(second, End.AGENT_HANGUP);
        index();
        List<String> over = found(search("unheard-of", ""));
        heard(calls, second, 2, "an afterthought", null);
        index();

        // then
        assertEquals(List.of(), before);
        assertEquals(List.of(second.toString()), over);
        assertEquals(List.of(second.toString()), found(search("afterthought something", "")));
    }

    @Test
    void saysInTheAuditLogWhoSearchedAndNotForWhat() throws Exception {
        // when
        search("money", "");

        // then
        String log = api.get("/api/v1/audit-log").http().body();
        assertTrue(log.contains("transcripts.searched"), log);
        assertFalse(log.contains("money"), log);
    }

    @Test
    void whoSearchesBehindACursorStandsInTheAuditLogToo() throws Exception {
        // given a cursor that anybody can make
        String cursor = Cursor.RUNS.text(9_000_000_000_000_000L, 1);

        // when
        search("money", "&cursor=" + cursor);

        // then
        String log = api.get("/api/v1/audit-log").http().body();
        assertTrue(log.contains("transcripts.searched"), log);
    }

    @ParameterizedTest
    @CsvSource({"from-url,1", "the-session,1", "the-media,1", "the-stream,0"})
    void findsARunByEachNameOfItsCall(String name, int expected) throws Exception {
        // given
        CallId named = Samples.callId();
        calls.offer(tenant.offer().of(named).externalCallId("from-url").build());
        calls.start(Samples.started().of(named).session("the-session").callSid("the-media").build());

        // when
        RunningApi.Answer answer = api.get("/api/v1/runs?external_call_id=" + name);

        // then
        assertEquals(expected, found(answer).size());
    }

    @Test
    void findsARunOnceHoweverManyOfItsCallsNamesAreTheSame() throws Exception {
        // given
        CallId named = Samples.callId();
        calls.offer(tenant.offer().of(named).build());
        calls.start(Samples.started().of(named).session("same").callSid("same").build());

        // when
        RunningApi.Answer answer = api.get("/api/v1/runs?external_call_id=same");

        // then
        assertEquals(List.of(named.toString()), found(answer));
    }

    @Test
    void findsTheSeldomBehindManyThatWereLookedThrough() throws Exception {
        // given
        long many = database.withConnection(c -> Sql.update(
                c,
                """
                insert into runs (call_id, organization_id, agent_id, owner_user_id, agent_version, mode, call_type, gateway_slot,
                                  created_at)
                select gen_random_uuid(), organization_id, agent_id, owner_user_id, 1, mode, call_type, 0,
                       created_at + n * interval '1 second'
                  from runs, generate_series(1, 1200) n where call_id = ?
                """,
                call.value()));
        assertEquals(1200, many);

        // when
        RunningApi.Answer answer = search("money", "");

        // then
        assertEquals(List.of(call.toString()), found(answer));
        assertTrue(answer.get("/next_cursor").isNull());
    }
}
