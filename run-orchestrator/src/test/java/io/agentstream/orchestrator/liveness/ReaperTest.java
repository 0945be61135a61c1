package io.agentstream.orchestrator.liveness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.jobs.Announcers;
import io.agentstream.orchestrator.jobs.Said;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.RunEvents.Source;
import io.agentstream.orchestrator.store.RunState;
import io.agentstream.orchestrator.store.Runs;
import io.agentstream.orchestrator.store.Sql;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Topics;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

/// Runs whose calls have gone quiet.
final class ReaperTest extends ReapedRuns {

    ReaperTest(Database database) {
        super(database);
    }

    @Test
    void closesRunsOfCallsThatHaveGoneQuiet() throws InterruptedException {
        CallId call = admitted();

        goOn(Duration.ofSeconds(59));
        assertEquals(RunState.INITIALIZED, state(call));
        goOn(Duration.ofSeconds(15));

        assertEquals(RunState.FAILED, state(call));
        assertEquals(3, producer.history().size()); // the beginning that nobody said, the end, and a close for a gateway that may live
    }

    /// An end that waits for its turn, or for what has to be known first, is the one that counts.
    @Test
    void leavesCallsWhoseGatewayHasSaidHowTheyEnded() throws InterruptedException {
        CallId quiet = running();
        began(quiet);
        CallId never = running();
        hearing.ends().read(quiet);
        hearing.ends().read(never);
        goOn(Duration.ofSeconds(40));
        watch.workers = Optional.of(false); // for any of the reaper's reasons

        goOn(Duration.ofSeconds(50));
        List<RunState> before = List.of(state(quiet), state(never));
        hearing.ends().handled(quiet);
        hearing.ends().handled(never);
        goOn(Duration.ofSeconds(20));

        assertEquals(List.of(RunState.RUNNING, RunState.RUNNING), before);
        assertNotEquals(RunState.RUNNING, state(quiet));
        assertNotEquals(RunState.RUNNING, state(never));
    }

    @Test
    void leavesCallsThatGiveSignsOfLife() throws InterruptedException {
        CallId call = admitted();

        for (int i = 0; i < 10; i++) {
            goOn(Duration.ofSeconds(15));
            hearing.heartbeats().heard(call, now);
        }

        assertEquals(RunState.INITIALIZED, state(call));
    }

    @Test
    void doesNotJudgeCallsItCouldNotHear() throws InterruptedException {
        CallId call = admitted();
        now = now.plusSeconds(3_600); // away for an hour

        goOn(Duration.ofSeconds(59));
        assertEquals(RunState.INITIALIZED, state(call));
        ready = false; // Kafka is away for a moment: everything from the beginning
        goOn(Duration.ofSeconds(5));
        ready = true;
        goOn(Duration.ofSeconds(55));
        assertEquals(RunState.INITIALIZED, state(call));
        goOn(Duration.ofSeconds(20));

        assertEquals(RunState.FAILED, state(call));
    }

    @Test
    void whatKafkaDoesNotTakeIsLeftToTheOutboxAndOthersAreJudged() throws InterruptedException {
        CallId call = admitted();
        CallId other = admitted();
        producer.sendException = new TimeoutException("on purpose");

        goOn(Duration.ofSeconds(75));

        assertEquals(List.of(RunState.FAILED, RunState.FAILED), List.of(state(call), state(other)));
        assertEquals(0, producer.history().size());
        int waiting = tenant.database().withConnection(c -> Sql.only(
                c, "select count(*) from outbox o join runs r on r.id = o.run_id where r.call_id = any(?::uuid[]) and dead_at is null",
                row -> row.getInt(1), (Object) new String[] {call.toString(), other.toString()}));
        assertEquals(4, waiting);
    }

    @Test
    void aRunThatCannotBeEndedKeepsNoOtherFromIt() throws InterruptedException {
        // given a quiet run whose talk cannot be charged, and one that went quiet after it
        CallId broken = running();
        tenant.database().withConnection(c -> Sql.update(
                c,
                """
                insert into ledger (organization_id, user_id, run_id, kind, amount, from_second, to_second, reference)
                select organization_id, owner_user_id, id, 'charge', -1, 0, 1, '' from runs where call_id = ?
                """,
                broken.value()));
        began(broken);
        tenant.database().withConnection(c -> Sql.update(
                c, "update runs set alive_at = last_seen_at + interval '5 seconds', alive_read_at = last_seen_at + interval '6 seconds',"
                        + " last_seen_at = last_seen_at + interval '6 seconds' where call_id = ?", broken.value()));
        now = now.plusSeconds(10);
        CallId other = admitted();

        goOn(Duration.ofSeconds(80));

        assertEquals(List.of(RunState.RUNNING, RunState.FAILED), List.of(state(broken), state(other)));
        assertTrue(metrics.counter("agent_stream_orchestrator_not_reaped").count() < 4, "it is tried now and then only");
    }

    @Test
    void aSignOfLifeWhoseTimeIsNoneIsThatCallsOwn() throws InterruptedException {
        CallId call = admitted();
        CallId lives = admitted();

        for (int i = 0; i < 6; i++) {
            goOn(Duration.ofSeconds(15));
            hearing.heartbeats().heard(call, Instant.MAX);
            hearing.heartbeats().heard(lives, now);
        }

        assertEquals(List.of(RunState.FAILED, RunState.INITIALIZED), List.of(state(call), state(lives)));
    }

    @Test
    void aFloodOfRefusedCallsIsForgottenInPieces() throws InterruptedException {
        Instant old = now.minus(Duration.ofDays(1));
        tenant.database().withConnection(c -> Sql.update(
                c,
                "insert into refused_calls (call_id, failure, refused_at) select gen_random_uuid(), 'SUSPENDED', ? from generate_series(1, 12000)",
                old));

        reaper.pass();
        int afterOne = refusedAt(old);
        reaper.pass();
        reaper.pass();

        assertEquals(List.of(7_000, 0), List.of(afterOne, refusedAt(old)));
    }

    private int refusedAt(Instant at) {
        return tenant.database().withConnection(c -> Sql.only(
                c, "select count(*) from refused_calls where refused_at = ?", row -> row.getInt(1), at));
    }

    @Test
    void leavesOtherMembersCallsAlone() throws InterruptedException {
        CallEvent.Offered offer = tenant.offer().build();
        decisions.offered(offer, new Source(Topics.CALL_LIFECYCLE.name(), partition + 1, 0), () -> now);

        goOn(Duration.ofSeconds(80));

        assertEquals(RunState.INITIALIZED, state(offer.callId()));
    }

    @Test
    void closesCallsWhosePartitionIsGone() throws InterruptedException {
        tenant.credits("0.15");
        CallId call = running(); // on a partition that a Kafka set up anew has not got
        CallId waiting = admitted();
        began(call);
        Instant started = now;
        watch.partitions = OptionalInt.of(1);

        goOnBeside(Duration.ofSeconds(115));
        RunState before = state(call);
        goOnBeside(Duration.ofSeconds(40));

        assertEquals(RunState.RUNNING, before);
        Runs.Run run = tenant.run(call).orElseThrow();
        assertEquals("lost", run.endBy());
        assertEquals(started, run.endedAt());
        assertEquals(RunState.FAILED, state(waiting));
        assertEquals(new BigDecimal("0.1500"), tenant.credits());
        assertEquals(List.of(), tenant.disagreements());
        assertEquals(List.of(), tenant.database().withConnection(c -> Sql.query(
                c, "select run_id from meters where user_id = ?", row -> row.getLong(1), tenant.sample().userId())));
    }

    @Test
    void leavesCallsOfPartitionsThatThereAre() throws InterruptedException {
        CallId call = running();
        began(call);
        watch.partitions = OptionalInt.of(partition + 1);

        goOnBeside(Duration.ofSeconds(200));

        assertEquals(RunState.RUNNING, state(call));
    }

    /// As [#goOn] of the one that has the first partition, and not that of the calls.
    private void goOnBeside(Duration time) throws InterruptedException {
        TopicPartition first = new TopicPartition(Topics.CALL_LIFECYCLE.name(), 0);
        Instant end = now.plus(time);
        while (now.isBefore(end)) {
            now = now.plusSeconds(1);
            hearing.listening().read(first, 0);
            reaper.pass();
        }
    }

    @Test
    void firstReadsWhatWasSaidWhileItWasFrozen() throws InterruptedException {
        CallId call = admitted();
        goOn(Duration.ofSeconds(50));
        watch.ends.put(lifecycle, 1L); // a sign of life that is not read yet, while the consumer believes that it is at the end

        goOn(Duration.ofSeconds(20));

        assertEquals(RunState.INITIALIZED, state(call));
    }

    @Test
    void aLostCallEndedWhenItsGatewayLastSpokeOfItNotWhenThatWasRead() throws InterruptedException {
        CallId call = running();
        began(call);
        Instant started = now;
        now = now.plusSeconds(60); // we were away: the sign that the gateway gave 12 s after the start is read late
        hearing.heartbeats().heard(call, started.plusSeconds(12));

        goOn(Duration.ofSeconds(80));

        Runs.Run run = tenant.run(call).orElseThrow();
        assertEquals("lost", run.endBy());
        assertEquals(started.plusSeconds(12), run.endedAt());
    }

    @Test
    void aSignThatAnOlderOrchestratorReadCountsWhenItWasRead() throws InterruptedException {
        CallId call = running();
        began(call);
        hearing.heartbeats().heard(call, now.plusMillis(500));
        goOn(Duration.ofSeconds(1));
        Instant read = now.plusSeconds(300);
        tenant.database().withConnection(c -> Sql.update(
                c, "update runs set last_seen_at = ? where call_id = ?", read, call.value())); // it knows no alive_at
        now = read;

        goOn(Duration.ofSeconds(80));

        assertEquals(read, tenant.run(call).orElseThrow().endedAt());
    }

    @Test
    void aCallWithASlotThatDoesNotExistIsClosedAllTheSame() throws InterruptedException {
        CallId call = admitted(); // its slot is 3
        Node node = new Node(0, "localhost", 1);
        Node[] nodes = {node};
        producer.close();
        MockProducer<byte[], byte[]> small = new MockProducer<>(
                new Cluster(
                        "c", List.of(node),
                        List.of(
                                new PartitionInfo(Topics.SOCKET_COMMANDS.name(), 0, node, nodes, nodes),
                                new PartitionInfo(Topics.RUN_EVENTS.name(), 0, node, nodes, nodes)),
                        Set.of(), Set.of()),
                true, null, new ByteArraySerializer(), new ByteArraySerializer());
        Reaper other = new Reaper(
                new Reaper.Hands(
                        tenant.database(), decisions, Announcers.on(small, tenant.database(), new Said(), metrics, () -> now), metrics),
                hearing, watch, () -> ready, () -> now,
                new Reaper.Limits(LOST_AFTER, Duration.ofSeconds(5), Duration.ofSeconds(20)));

        for (int i = 0; i < 80; i++) {
            now = now.plusSeconds(1);
            hearing.listening().read(lifecycle, 0);
            other.pass();
        }

        assertEquals(RunState.FAILED, state(call));
        assertEquals(2, small.history().size());
    }
}
