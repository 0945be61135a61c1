package io.agentstream.orchestrator.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.Until;
import io.agentstream.orchestrator.decide.Decision;
import io.agentstream.orchestrator.decide.RunDecisions;
import io.agentstream.orchestrator.decide.Samples;
import io.agentstream.orchestrator.decide.Tenant;
import io.agentstream.orchestrator.decide.TenantCalls;
import io.agentstream.orchestrator.decide.Unsaid;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.EmptiedRuns;
import io.agentstream.orchestrator.store.Outbox;
import io.agentstream.orchestrator.store.RunEvents;
import io.agentstream.orchestrator.store.RunEvents.Source;
import io.agentstream.orchestrator.store.RunPlaces;
import io.agentstream.orchestrator.store.RunPlaces.Located;
import io.agentstream.orchestrator.store.Sql;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.runtime.Metrics;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Codec.Decoded;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Place;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Nothing that was decided is lost, whoever dies when, and however often records come.
@ExtendWith(TestPostgres.class)
final class OutboxTest {

    private static final Instant NOW = Samples.T0.plusSeconds(1);

    private final Database database;
    private final Tenant tenant;
    private final TenantCalls calls;
    private final RunDecisions decisions;
    private final MockProducer<byte[], byte[]> producer =
            new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
    private final Metrics metrics = new Metrics("test");

    OutboxTest(Database database) {
        this.database = database;
        tenant = Tenant.create(database);
        calls = new TenantCalls(tenant);
        decisions = calls.decisions();
    }

    @AfterEach
    void close() {
        metrics.close();
    }

    /// An orchestrator: what it has said and not deleted is in its memory only.
    private final class Orchestrator {
        final Said said = new Said();
        final Announcer announcer = Announcers.on(producer, database, said, metrics, () -> NOW);
        final OutboxLoop loop = new OutboxLoop(database, said, metrics, () -> true, () -> NOW);
        final OutboxSweep sweep = new OutboxSweep(
                new OutboxSweep.Hands(database, new Unsaid(database), said, announcer, metrics), () -> true, () -> NOW);

        void pass() throws InterruptedException {
            loop.pass();
            sweep.pass();
        }
    }

    private void timePasses() {
        database.withConnection(c -> Sql.update(
                c, "update outbox o set due_at = now() from runs r where r.id = o.run_id and r.organization_id = ? and o.kind = 'say'",
                tenant.sample().organizationId()));
    }

    private int left() {
        return database.withConnection(c -> Sql.only(
                c, "select count(*) from outbox o join runs r on r.id = o.run_id where r.organization_id = ? and o.kind = 'say'",
                row -> row.getInt(1), tenant.sample().organizationId()));
    }

    /// What was said of the call, each once, in the order in which it was first said.
    private List<String> said(CallId call) {
        return everySaying(call).stream().distinct().toList();
    }

    private List<String> everySaying(CallId call) {
        return List.copyOf(producer.history()).stream()
                .filter(record -> record.topic().equals(Topics.RUN_EVENTS.name()))
                .map(record -> ((Decoded.Value<RunEvent>) Topics.RUN_EVENTS.codec().decode(record.value())).value())
                .filter(event -> event.callId().equals(call))
                .map(event -> event.getClass().getSimpleName())
                .toList();
    }

    @Test
    void whatWasSaidIsDeletedWithoutBeingSaidAgain() throws InterruptedException {
        Orchestrator process = new Orchestrator();
        CallEvent.Offered offer = tenant.offer().build();
        process.announcer.announce(decisions.offered(offer, source(), () -> NOW));
        int records = producer.history().size();

        process.pass();
        timePasses();
        new Orchestrator().pass();

        assertEquals(0, left());
        assertEquals(List.of("Created"), said(offer.callId()));
        assertEquals(records, producer.history().stream().filter(r -> isOf(r.key(), offer.callId())).count());
    }

    @Test
    void aRunKnowsWhereItsRecordsLieUntilItIsEmptied() throws InterruptedException {
        // given a call of which the gateway says at its end where its records are
        Orchestrator process = new Orchestrator();
        CallEvent.Offered offer = tenant.offer().build();
        CallId call = offer.callId();
        RunEvents.Source offered = source();
        process.announcer.announce(decisions.offered(offer, offered, () -> NOW));
        long before = producer.history().stream().filter(r -> r.topic().equals(Topics.RUN_EVENTS.name())).count() - 1;
        CallEvent.Ended plain = Samples.ended(call, NOW, End.CALLER_HANGUP);
        RunEvents.Source ended = source();

        // when it is decided on, said, and read a second time
        CallEvent.Ended end = new CallEvent.Ended(
                call, plain.seq(), plain.at(), plain.closeCode(), plain.closeReason(), plain.end(), null, null, null, null, null, null, null,
                List.of(new Place(Topics.CALL_MEDIA.name(), 3, 120, 190), new Place(Topics.SOCKET_COMMANDS.name(), 5, 7, 7)));
        process.announcer.announce(decisions.ended(end, ended));
        process.announcer.announce(decisions.ended(end, ended));
        process.pass();

        // then the run has them, with those that were read and written here
        long organization = tenant.sample().organizationId();
        long run = database.withConnection(c -> Sql.only(
                c, "select id from runs where call_id = ?", row -> row.getLong(1), call.value()));
        Located located = database.withConnection(c -> RunPlaces.find(c, organization, run)).orElseThrow();
        assertEquals(
                Set.of(
                        new Place(Topics.CALL_MEDIA.name(), 3, 120, 190),
                        new Place(Topics.SOCKET_COMMANDS.name(), 5, 7, 7),
                        new Place(Topics.RUN_EVENTS.name(), 0, before, before + 1),
                        new Place(offered.topic(), offered.partition(), offered.offset(), ended.offset())),
                Set.copyOf(located.places()));
        assertEquals(Long.valueOf(end.seq()), located.endSeq());

        // and nothing of it once it is emptied, also where something is said late
        database.inTransaction(c -> EmptiedRuns.empty(c, new long[] {run}));
        database.inTransaction(c -> {
            RunPlaces.add(c, run, end.places());
            return true;
        });
        int left = database.withConnection(c -> Sql.only(
                c, "select count(*) from run_places where run_id = ?", row -> row.getInt(1), run));
        assertEquals(0, left);
    }

    @Test
    void ofARunThatWasEmptiedBeforeItWasSaidTheBeginningIsSaidWithoutWhatItBeganWith() throws InterruptedException {
        // given a run of which nothing could be said until it was over and erased
        CallId call = calls.running("session-" + tenant.sample().organizationId());
        calls.ended(call, End.CALLER_HANGUP);
        long run = tenant.run(call).orElseThrow().id();
        database.inTransaction(c -> EmptiedRuns.empty(c, new long[] {run}));

        // when
        timePasses();
        new Orchestrator().pass();

        // then
        assertEquals(List.of("Created", "Running", "Completed"), said(call));
    }

    @Test
    void whoHearsOfItAgainSaysNothingAgain() throws InterruptedException {
        // given a decision that was said by a process that has come no further
        Orchestrator process = new Orchestrator();
        CallEvent.Offered offer = tenant.offer().build();
        process.announcer.announce(decisions.offered(offer, source(), () -> NOW));

        // when it reads the record once more, and when somebody else does after it was deleted
        process.announcer.announce(decisions.offered(offer, source(), () -> NOW));
        process.pass();
        new Orchestrator().announcer.announce(decisions.offered(offer, source(), () -> NOW));

        assertEquals(List.of("Created"), everySaying(offer.callId()));
    }

    @Test
    void whatOneDecidedAndAnotherSaidMeanwhileIsNotSaidByTheFirst() throws InterruptedException {
        // given an end that was decided by a process that stood still then
        CallId call = calls.running("sess-1");
        Decision late = old(calls.ended(call, End.CALLER_HANGUP));
        timePasses();
        Orchestrator other = new Orchestrator();
        other.pass();
        other.loop.onClose();

        new Orchestrator().announcer.announce(late); // it goes on

        assertEquals(List.of("Created", "Running", "Completed"), everySaying(call));
    }

    /// As it is in a process that has stood still since.
    private static Decision old(Decision decision) {
        Outbox.Written written = decision.written();
        return new Decision(
                decision.callId(), decision.runName(), decision.repeated(), decision.events(), decision.commands(), decision.slot(),
                decision.hangUp(), decision.asOf(),
                new Outbox.Written(written.says(), List.of(), written.atNs() - Duration.ofSeconds(20).toNanos()), decision.also());
    }

    private static boolean isOf(byte[] key, CallId call) {
        return CallId.fromKey(key).filter(call::equals).isPresent();
    }

    @Test
    void whatSomebodyDecidedAndDidNotSayIsSaidByAnybody() throws InterruptedException {
        CallId call = calls.running("sess-1"); // and its orchestrator died
        decisions.quiet(call, NOW.plusSeconds(60)); // as the reaper, which has no record to read again

        timePasses();
        Orchestrator other = new Orchestrator();
        other.pass();
        other.loop.onClose();

        assertEquals(List.of("Created", "Running", "Completed"), said(call));
        assertEquals(0, left());
    }

    @Test
    void whoDecidesNextSaysFirstWhatWasLeftUnsaid() throws InterruptedException {
        CallId call = calls.running("sess-1"); // and its orchestrator died
        Orchestrator other = new Orchestrator();

        other.announcer.announce(calls.ended(call, End.CALLER_HANGUP));

        assertEquals(List.of("Created", "Running", "Completed"), said(call));
        other.loop.onClose();
        assertEquals(0, left());
    }

    @Test
    void whatNobodyHereCanReadKeepsNothingElseFromBeingSaid() throws InterruptedException {
        List<CallId> all = new ArrayList<>();
        for (int n = 0; n < 6; n++) {
            all.add(calls.running("sess-" + n));
        }
        for (CallId newer : all.subList(0, 3)) { // written by a newer version, which died
            database.withConnection(c -> Sql.update(
                    c,
                    """
                    update run_events e set payload = '{"type": "invented_later"}' from runs r
                     where r.id = e.run_id and r.call_id = ? and e.type = 'running'
                    """,
                    newer.value()));
        }
        timePasses();

        new Orchestrator().pass();

        for (CallId call : all.subList(3, 6)) {
            assertEquals(List.of("Created", "Running"), said(call));
        }
        assertEquals(12, left(), "what cannot be read stays for who can");
    }

    @Test
    void whatWasSaidIsDeletedThoughASweepWaitsForKafka() throws InterruptedException {
        Orchestrator process = new Orchestrator();
        CallEvent.Offered offer = tenant.offer().build();
        process.announcer.announce(decisions.offered(offer, source(), () -> NOW));
        MockProducer<byte[], byte[]> silent =
                new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer());
        calls.running("sess-1");
        timePasses();
        OutboxSweep sweep = new OutboxSweep(
                new OutboxSweep.Hands(
                        database, new Unsaid(database), process.said, Announcers.on(silent, database, process.said, metrics, () -> NOW),
                        metrics),
                () -> true, () -> NOW);
        Thread waits = Thread.ofVirtual().start(() -> {
            try {
                sweep.pass();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        });
        Until.holds(() -> !silent.history().isEmpty());

        process.loop.pass();

        assertEquals(2, left(), "the other call's");
        waits.interrupt();
        waits.join();
    }

    @Test
    void whatWasGivenUpIsKeptForAMonth() {
        calls.offer(tenant.offer().build());
        calls.offer(tenant.offer().build());
        database.withConnection(c -> Sql.update(
                c,
                """
                update outbox o set dead_at = now() - case when o.id % 2 = 0 then interval '29 days' else interval '31 days' end
                  from runs r where r.id = o.run_id and r.organization_id = ?
                """,
                tenant.sample().organizationId()));

        new Orchestrator().loop.pass();

        assertEquals(1, left());
    }

    private Source source() {
        return new Source(Topics.CALL_LIFECYCLE.name(), 0, 0); // of a Kafka that is new every time
    }
}
