package io.agentstream.orchestrator.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.calllog.CallSource;
import io.agentstream.calllog.timeline.ToldCall;
import io.agentstream.orchestrator.replay.CallLogs;
import io.agentstream.orchestrator.replay.LogReaders;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.EmptiedRuns;
import io.agentstream.orchestrator.store.RunEvents;
import io.agentstream.orchestrator.store.RunPlaces.Located;
import io.agentstream.orchestrator.store.SampleTenant;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.runtime.Secret;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallSecrets;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.ConversationEvent.Party;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.MediaFormat;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.Topic;
import io.agentstream.schemas.Topics;
import io.agentstream.schemas.Transfer;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/// What the API tells of what happened in a run, and whom.
@ExtendWith(TestPostgres.class)
final class TimelineRoutesTest {

    private static final long FREE_AGAIN_NS = 5_000_000_000L;
    private static final List<String> AGAIN = List.of("{\"reason\":\"busy\"}", "{\"reason\":\"idle\"}");

    private final ToldCall call = new ToldCall();
    private final CountDownLatch reading = new CountDownLatch(LogReaders.OF_ONE);
    private final CountDownLatch mayRead = new CountDownLatch(1);
    private final AtomicInteger opened = new AtomicInteger();
    private boolean waits;
    private Database database;
    private SampleTenant tenant;
    private RunningApi api;
    private long run;

    @BeforeEach
    void start(Database database) {
        this.database = database;
        tenant = SampleTenant.create(database);
        run = tenant.addRun(database, "completed", ToldCall.at(0));
        api = new RunningApi(database, tenant.apiKey(), new CallLogs() {
            @Override
            public CallSource of(Located of) {
                return topic -> {
                    opened.incrementAndGet();
                    await();
                    return call.log.open(topic);
                };
            }

            @Override
            public Optional<CallSecrets> secrets(Located of) {
                return Optional.empty();
            }
        });
    }

    private void await() throws IOException {
        if (!waits) {
            return;
        }
        reading.countDown();
        try {
            mayRead.await();
        } catch (InterruptedException over) {
            throw new IOException(over);
        }
    }

    @AfterEach
    void stop() {
        mayRead.countDown();
        api.close();
    }

    private void talk() {
        call.begin();
        call.agentSays(1, 500, 1_500, "Good morning.");
        call.callerSpeaks(2, 2_600, 800);
        call.agentAnswers(3, 3_800, 400, 1_000, "Thank you.");
        call.end(6_000);
    }

    private String path(String query) {
        return "/api/v1/runs/" + run + "/timeline" + query;
    }

    private static List<String> lines(JsonNode page) {
        return page.path("items").valueStream().map(item -> item.path("line").stringValue()).toList();
    }

    private List<String> audited() throws Exception {
        return api.get("/api/v1/audit-log").get("/items").valueStream()
                .map(entry -> entry.path("action").asString("") + " " + entry.at("/thing/id").asString(""))
                .toList();
    }

    @Test
    void answersWhatHappenedAndASummaryOnTop() throws Exception {
        // given
        talk();

        // when
        RunningApi.Answer answer = api.get(path("?limit=500"));

        // then
        assertEquals(200, answer.status());
        assertEquals(20, answer.get("/items").size());
        assertEquals("lifecycle", answer.get("/items/0/kind").stringValue());
        assertEquals(6_000, answer.get("/summary/duration_ms").intValue());
        assertEquals(500, answer.get("/summary/answered_after_ms").intValue());
        assertTrue(answer.get("/next_cursor").isNull());
    }

    @Test
    void pagesHoldEveryEntryOnceInOrderAlsoWhereARecordTellsSeveral() throws Exception {
        // given
        talk();
        List<String> whole = lines(api.get(path("?limit=500")).body());

        for (int limit : new int[] {1, 3, 7}) {
            // when
            List<String> paged = new ArrayList<>();
            String cursor = "";
            do {
                RunningApi.Answer page = api.get(path("?limit=" + limit + cursor));
                assertEquals(200, page.status());
                assertTrue(page.get("/items").size() <= limit);
                paged.addAll(lines(page.body()));
                cursor = page.get("/next_cursor").isNull() ? "" : "&cursor=" + page.get("/next_cursor").stringValue();
            } while (!cursor.isEmpty());

            // then
            assertEquals(whole, paged);
        }
    }

    @Test
    void aCallThatGoesOnIsGoneOnWithFromWhereThePageEnded() throws Exception {
        // given a page of a call that goes on
        call.begin();
        call.agentSays(1, 500, 1_500, "Good morning.");
        RunningApi.Answer first = api.get(path("?limit=9"));
        call.callerSpeaks(2, 2_600, 800);

        // when
        RunningApi.Answer second = api.get(path("?limit=100&cursor=" + first.get("/next_cursor").stringValue()));

        // then
        assertEquals(
                lines(api.get(path("?limit=100")).body()),
                Stream.concat(lines(first.body()).stream(), lines(second.body()).stream()).toList());
    }

    @Test
    void aStretchOfTimeAndKindsAreAskedFor() throws Exception {
        // given
        talk();

        // when, then: of what lasts, what reaches into the stretch
        assertEquals(List.of("Good morning.", "speaks for 0.8 s"), lines(api.get(path("?from=1900&to=2700&kind=said,heard")).body()));
        assertEquals(List.of("kind", "from"), api.get(path("?kind=nonsense&from=x")).badFields().stream().sorted(java.util.Comparator.reverseOrder()).toList());
    }

    @Test
    void theLimitOfSlowTurnsIsAskedFor() throws Exception {
        // given
        talk();

        // when, then
        assertEquals(0, api.get(path("")).get("/summary/faults").size());
        assertEquals(2, api.get(path("?slow_turn_ms=300")).get("/summary/faults").size());
    }

    @Test
    void anotherOrganisationsRunIsNotThere() throws Exception {
        // given
        talk();
        Secret other = SampleTenant.create(database).apiKey();

        // when, then
        assertEquals(404, api.sendAs(other, "GET", path(""), null).status());
        assertEquals(404, api.sendAs(other, "GET", "/api/v1/runs/" + run + "/transcript", null).status());
        assertEquals(List.of(), audited());
    }

    @Test
    void whoLookedStandsInTheAuditLog() throws Exception {
        // given
        talk();

        // when
        api.get(path(""));
        api.get("/api/v1/runs/" + run + "/transcript");
        api.get("/api/v1/runs/" + run + "/events");
        api.get("/api/v1/runs/" + run + "/events"); // within a moment it is the same look
        api.get("/api/v1/runs/" + run + "/transcript");
        api.get(path(""));

        // then
        assertEquals(List.of("run.events_read " + run, "run.transcript_read " + run, "run.timeline_read " + run), audited());
    }

    @Test
    void whatTheTopicsHaveForgottenComesFromTheDatabaseAndTheRestIsAGap() throws Exception {
        // given
        call.begin();
        for (var topic : List.of(
                Topics.CALL_LIFECYCLE, Topics.RUN_EVENTS, Topics.CALL_MEDIA, Topics.CONVERSATION_EVENTS, Topics.SOCKET_COMMANDS)) {
            call.log.deleted(topic);
        }
        store(ToldCall.at(2_500), new RunEvent.Transferred(
                ToldCall.CALL, 3, ToldCall.at(2_500), ToldCall.RUN, "1-desk", Transfer.BUSY, null), Topics.RUN_EVENTS, 7);
        store(new ConversationEvent.Began(ToldCall.CALL, 1, 2, ToldCall.at(120), 1));
        store(new ConversationEvent.TurnStarted(ToldCall.CALL, 2, 3, ToldCall.at(900), 1, Party.AGENT, 1));
        store(new ConversationEvent.Said(ToldCall.CALL, 3, 3, ToldCall.at(2_000), 1, "Good morning.", 1_000, true, 1));

        // when
        RunningApi.Answer answer = api.get(path("?kind=said,gap,provider,unreadable"));

        // then
        assertTrue(lines(answer.body()).contains("Good morning."), lines(answer.body()).toString());
        assertTrue(answer.http().body().contains("transfer_busy"), answer.http().body());
        assertFalse(answer.http().body().contains("newer version"), answer.http().body());
        assertEquals(
                List.of("call.media.v1", "socket.commands.v1"),
                answer.get("/summary/gaps").valueStream().map(gap -> gap.path("topic").stringValue()).sorted().toList());
    }

    private void store(ConversationEvent event) {
        store(event.at(), event, Topics.CONVERSATION_EVENTS, event.number());
    }

    private void store(Instant at, Object event, Topic<?> topic, long offset) {
        var payload = Json.MAPPER.<tools.jackson.databind.node.ObjectNode>valueToTree(event);
        database.inTransaction(connection -> RunEvents.append(connection, run, List.of(new RunEvents.NewEvent(
                at, payload.path("type").asString(), payload, new RunEvents.Source(topic.name(), 0, offset)))));
    }

    /// A call that was never sealed: all of it is on the topics, in the clear, and what the database keeps is there too.
    private void talkThatIsKept() {
        talk();
        store(ToldCall.at(60), new CallEvent.Started(
                ToldCall.CALL, 2, ToldCall.at(60), "st-1", "ca-1", "s-1", "demo.cloudonix.net", "+15550100", "+15550199", "ctx-1", List.of(),
                MediaFormat.MULAW_8K, Map.of()), Topics.CALL_LIFECYCLE, 1);
        store(new ConversationEvent.Began(ToldCall.CALL, 1, 2, ToldCall.at(120), 1));
        store(new ConversationEvent.Said(ToldCall.CALL, 2, 3, ToldCall.at(2_000), 1, "Good morning.", 1_000, true, 1));
    }

    private static List<String> told(RunningApi.Answer answer) {
        return Stream.of("\"st-1\"", "\"ca-1\"", "\"s-1\"", "\"ctx-1\"", "+15550100", "+15550199", "Good morning.", "Thank you.")
                .filter(answer.http().body()::contains)
                .toList();
    }

    @Test
    void ofAnErasedCallNothingIsToldThatWasTakenOutThoughTheTopicsHaveIt() throws Exception {
        // given
        talkThatIsKept();
        assertEquals(7, told(api.get(path("?limit=500"))).size());
        database.inTransaction(connection -> EmptiedRuns.empty(connection, new long[] {run}));

        // when
        RunningApi.Answer answer = api.get(path("?limit=500"));
        RunningApi.Answer stream = followed("");

        // then what is left is told, and that the rest is gone
        assertEquals(List.of(), told(answer));
        assertEquals(List.of(), told(stream));
        assertTrue(lines(answer.body()).stream().anyMatch(line -> line.startsWith("the provider introduces the call")), lines(answer.body()).toString());
        assertEquals(
                List.of("call.lifecycle.v1", "call.media.v1", "conversation.events.v1", "run.events.v1", "socket.commands.v1"),
                answer.get("/summary/gaps").valueStream().map(gap -> gap.path("topic").stringValue()).sorted().toList());
    }

    @Test
    void ofACallWhoseWordsAreGoneNoneIsToldThoughTheTopicsHaveThem() throws Exception {
        // given
        talkThatIsKept();
        database.inTransaction(connection -> EmptiedRuns.forgetWords(connection, new long[] {run}));

        // when
        RunningApi.Answer answer = api.get(path("?limit=500"));

        // then
        assertEquals(List.of("\"st-1\"", "\"ca-1\"", "\"s-1\"", "+15550100", "+15550199"), told(answer));
        assertEquals(
                List.of("conversation.events.v1"),
                answer.get("/summary/gaps").valueStream().map(gap -> gap.path("topic").stringValue()).toList());
    }

    @Test
    void theTranscriptIsJsonOrText() throws Exception {
        // given
        store(new ConversationEvent.Said(ToldCall.CALL, 3, 3, ToldCall.at(2_000), 1, "Good morning.", 1_000, true, 1));
        store(new ConversationEvent.Heard(ToldCall.CALL, 4, 3, ToldCall.at(4_000), 2, null, "1", null, 1));

        // when
        RunningApi.Answer json = api.get("/api/v1/runs/" + run + "/transcript");
        RunningApi.Answer text = api.send("GET", "/api/v1/runs/" + run + "/transcript", null, "Accept", "text/plain");

        // then
        assertEquals(List.of("agent", "caller"), json.get("/items").valueStream().map(each -> each.path("by").stringValue()).toList());
        assertEquals("Good morning.", json.get("/items/0/text").stringValue());
        assertEquals("1", json.get("/items/1/digit").stringValue());
        assertTrue(text.http().body().contains("agent   Good morning.\n"), text.http().body());
        assertTrue(text.http().body().contains("caller  key 1 is taken\n"), text.http().body());
    }

    @Test
    void asManyAreReadAtATimeAsMayBeAndTheRestComesAgain() throws Exception {
        // given as many readings under way as one organisation may have
        talk();
        waits = true;
        List<CompletableFuture<Integer>> under = new ArrayList<>();
        for (int i = 0; i < LogReaders.OF_ONE; i++) {
            under.add(CompletableFuture.supplyAsync(() -> {
                try {
                    return api.get(path("")).status();
                } catch (Exception failure) {
                    throw new IllegalStateException(failure);
                }
            }, Thread::startVirtualThread));
        }
        assertTrue(reading.await(20, TimeUnit.SECONDS));

        // when
        RunningApi.Answer refused = api.get(path(""));

        // then
        assertEquals(503, refused.status());
        assertEquals("2", refused.header("Retry-After"));
        mayRead.countDown();
        for (CompletableFuture<Integer> each : under) {
            assertEquals(200, each.get(20, TimeUnit.SECONDS));
        }
    }

    private RunningApi.Answer followed(String query, String... headers) throws Exception {
        List<String> all = new ArrayList<>(List.of("Accept", "text/event-stream"));
        all.addAll(List.of(headers));
        long deadlineNs = System.nanoTime() + FREE_AGAIN_NS;
        RunningApi.Answer answer;
        do { // the place of the stream before is free only when the other side knows that it is over
            answer = api.send("GET", path(query), null, all.toArray(String[]::new));
        } while (mustComeAgain(answer) && System.nanoTime() < deadlineNs);
        return answer;
    }

    /// A stream that ends without a summary gives a reason, and is to be asked for again, as `TimelineStream` does.
    private static boolean mustComeAgain(RunningApi.Answer answer) {
        String body = answer.http().body();
        return answer.status() == 503 || (body != null && AGAIN.stream().anyMatch(body::contains));
    }

    private static List<String> fields(RunningApi.Answer stream, String field) {
        return stream.http().body().lines().filter(line -> line.startsWith(field)).map(line -> line.substring(field.length())).toList();
    }

    @Test
    void aStreamHasEveryEntryOfARunThatIsOverAndEndsWithTheSummary() throws Exception {
        // given
        talk();
        List<JsonNode> items = api.get(path("?limit=500")).get("/items").valueStream().toList();

        // when
        RunningApi.Answer stream = followed("");

        // then
        List<String> data = fields(stream, "data: ");
        assertEquals(items, data.subList(0, data.size() - 1).stream().map(Json.MAPPER::readTree).toList());
        assertEquals(6_000, Json.MAPPER.readTree(data.getLast()).at("/summary/duration_ms").intValue());
        assertEquals(List.of("end"), fields(stream, "event: "));
    }

    @RepeatedTest(10) // the end may come while what is before it is being written
    void aStreamGoesOnBehindEachOfItsEventsWithoutLosingAny() throws Exception {
        // given
        talk();
        RunningApi.Answer whole = followed("");
        List<String> ids = fields(whole, "id: ");
        List<String> data = fields(whole, "data: ");

        for (int i = 0; i < ids.size(); i++) {
            // when
            List<String> rest = fields(followed("", "Last-Event-ID", ids.get(i)), "data: ");

            // then: of a record that tells several entries, those that one has may come again
            assertTrue(data.subList(0, i + 1).containsAll(data.subList(0, data.size() - rest.size())), "behind " + i);
            assertEquals(data.subList(data.size() - rest.size(), data.size()), rest);
            assertTrue(data.size() - rest.size() >= i - 1, "behind " + i + " there come " + rest.size());
        }
    }

    @Test
    void whoComesAgainBehindTheEndOfARunThatIsOverHearsThatThereIsNoMoreAndNothingIsRead() throws Exception {
        // given
        talk();
        String end = fields(followed("?kind=said"), "id: ").getLast();
        int read = opened.get();

        // when a browser's EventSource connects again by itself
        RunningApi.Answer again = followed("?kind=said", "Last-Event-ID", end);

        // then
        assertEquals(204, again.status());
        assertEquals(read, opened.get());
    }

    @Test
    void whoConnectsAgainAndAgainStandsInTheAuditLogOnce() throws Exception {
        // given
        talk();
        String first = fields(followed(""), "id: ").getFirst();

        // when
        for (int again = 0; again < 3; again++) {
            assertEquals(200, followed("", "Last-Event-ID", first).status());
        }

        // then
        assertEquals(List.of("run.timeline_followed " + run), audited());
    }

    @Test
    void aStreamIsOfKindsAndTakesNoIdOfAnother() throws Exception {
        // given
        talk();

        // when, then
        assertEquals(3, fields(followed("?kind=said"), "data: ").size());
        assertEquals(List.of("Last-Event-ID"), followed("", "Last-Event-ID", "17").badFields());
        assertEquals(List.of("limit"), followed("?limit=3").badFields());
        assertTrue(audited().contains("run.timeline_followed " + run));
    }

    @Test
    void aLogThatCannotBeReadIsSaidAndComesAgain() throws Exception {
        // given
        Instant now = Instant.now();
        long other = tenant.addRun(database, "completed", now);
        try (RunningApi without = new RunningApi(database, tenant.apiKey())) {
            // when, then
            assertEquals(503, without.get("/api/v1/runs/" + other + "/timeline").status());
        }
    }
}
