package io.agentstream.orchestrator.intake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.Until;
import io.agentstream.orchestrator.decide.Samples;
import io.agentstream.orchestrator.decide.Tenant;
import io.agentstream.orchestrator.provider.Leg;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.Relay;
import io.agentstream.orchestrator.store.RunRows;
import io.agentstream.orchestrator.store.RunState;
import io.agentstream.orchestrator.store.Sql;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.runtime.Secret;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.schemas.Topics;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestPostgres.class)
final class CallsLoopTest {

    private final EmbeddedPostgres server;
    private final Tenant tenant;
    @AutoClose
    private LoopFixture fixture;

    CallsLoopTest(Database database, EmbeddedPostgres server) {
        this.server = server;
        this.tenant = Tenant.create(database);
        this.fixture = new LoopFixture(database);
    }

    private static List<Class<?>> types(List<?> values) {
        List<Class<?>> types = new ArrayList<>();
        values.forEach(v -> types.add(v.getClass()));
        return types;
    }

    private static CallEvent.Started started(CallId call, String session) {
        return Samples.started().of(call).session(session).build();
    }

    @Test
    void readsNothingBeforeTheDatabaseIsOpen() throws Exception {
        fixture.loop.work();

        assertTrue(fixture.consumer.subscription().isEmpty());
        assertFalse(fixture.loop.isAssigned());
    }

    @Test
    void readsNothingBeforeTheKeysOfTheCallsThatThereAreWereRead() throws Exception {
        // given
        fixture.open.countDown();
        fixture.keysRead = false;
        fixture.loop.work();
        boolean before = fixture.consumer.subscription().isEmpty();

        // when
        fixture.keysRead = true;
        fixture.loop.work();

        // then
        assertTrue(before);
        assertFalse(fixture.consumer.subscription().isEmpty());
    }

    /// An end is handled when the beginning of the conversation, which is on another topic, is not read yet.
    @Test
    void whatACallCostsIsNotDecidedBeforeItsConversationIsRead() throws Exception {
        // given
        fixture.close();
        fixture = new LoopFixture(
                tenant.database(), new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer()), Duration.ofMinutes(1));
        fixture.assigned();
        CallEvent.Offered offer = tenant.offer().build();
        CallId call = offer.callId();
        fixture.add(offer);
        fixture.add(started(call, "sess-served"));
        fixture.untilCommitted(2);
        fixture.add(Samples.ended(call, Samples.T0.plusSeconds(31), End.CALLER_HANGUP));
        fixture.pass();

        // when
        fixture.add(new ConversationEvent.Began(call, 1, 2, Samples.T0.plusSeconds(2), 3));

        // then
        fixture.untilCommitted(3);
        assertEquals(1, tenant.run(call).orElseThrow().cost().signum());
    }

    /// Of a call that runs, whose end is being held until its conversation is read.
    private CallId endThatWaits(Duration patience) throws Exception {
        fixture.close();
        fixture = new LoopFixture(
                tenant.database(), new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer()), patience);
        fixture.assigned();
        CallEvent.Offered offer = tenant.offer().build();
        CallId call = offer.callId();
        fixture.add(offer);
        fixture.add(started(call, "sess-waits"));
        fixture.untilCommitted(2);
        fixture.add(Samples.ended(call, Samples.T0.plusSeconds(31), End.CALLER_HANGUP));
        fixture.loop.work();
        assertTrue(fixture.hearing.ends().isUnderWay(call));
        return call;
    }

    @Test
    void anEndIsUnderWayUntilItIsDecidedOn() throws Exception {
        CallId call = endThatWaits(Duration.ofSeconds(1));

        fixture.untilCommitted(3);

        assertFalse(fixture.hearing.ends().isUnderWay(call));
        assertEquals(RunState.COMPLETED, tenant.run(call).orElseThrow().state());
    }

    /// Whoever has the partition now reads the end again, and the conversation too.
    @Test
    void whatACallCostsIsNotDecidedByWhoeverHasLostItsPartition() throws Exception {
        CallId call = endThatWaits(Duration.ofSeconds(2));

        fixture.consumer.rebalance(List.of());

        assertTrue(fixture.executor.awaitIdle(Duration.ofSeconds(10)));
        assertEquals(RunState.RUNNING, tenant.run(call).orElseThrow().state());
        try (LoopFixture next = new LoopFixture(
                        tenant.database(), new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer()), Duration.ofMinutes(1))
                .assigned()) {
            next.add(Samples.ended(call, Samples.T0.plusSeconds(31), End.CALLER_HANGUP));
            next.pass();
            next.add(new ConversationEvent.Began(call, 1, 2, Samples.T0.plusSeconds(2), 3));
            next.untilCommitted(1);
        }
        assertEquals(1, tenant.run(call).orElseThrow().cost().signum());
    }

    @Test
    void norByWhoeverStopsReading() throws Exception {
        CallId call = endThatWaits(Duration.ofSeconds(2));

        fixture.loop.onClose();

        assertEquals(RunState.RUNNING, tenant.run(call).orElseThrow().state());
    }

    @Test
    void saysThatACallerHasHungUpWhoMayHaveBeenBroughtAwayOnceTheProviderSaysThatItsSessionIsOver() throws Exception {
        // given a transfer that was noted by a process that died then
        fixture.assigned();
        CallEvent.Offered offer = tenant.offer().build();
        CallId call = offer.callId();
        fixture.add(offer);
        fixture.add(started(call, "sess-doubt"));
        fixture.untilCommitted(2);
        tenant.database().withConnection(c -> Sql.update(
                c,
                """
                insert into transfers (run_id, key, after, account_id, session, target, ring_ms, due_at, asked_at)
                select id, '1-desk', 3, telephony_configuration_id, provider_session, '+15550130', 20000, now() + interval '1 hour', now()
                  from runs where call_id = ?
                """,
                call.value()));
        fixture.sessions.legs.put("sess-doubt", new Leg.Over(Leg.Why.ENDED, true));

        // when
        fixture.add(Samples.ended(call, Samples.T0.plusSeconds(31), End.CALLER_HANGUP));

        // then
        fixture.untilCommitted(3);
        assertEquals(End.CALLER_HANGUP, ((RunEvent.Completed) fixture.events(call).getLast()).end());
    }

    @Test
    void takesACallFromItsOfferToItsEnd() throws Exception {
        fixture.assigned();
        CallEvent.Offered offer = tenant.offer().build();
        CallId call = offer.callId();
        fixture.add(offer);
        fixture.add(started(call, "sess-1"));
        fixture.add(new CallEvent.Alive(call, 3, Samples.T0));
        fixture.add(Samples.ended(call, Samples.T0.plusSeconds(31), End.AGENT_HANGUP));

        fixture.untilCommitted(4);

        assertEquals(
                List.of(RunEvent.Created.class, RunEvent.Running.class, RunEvent.Completed.class),
                types(fixture.events(call)));
        RunEvent.SessionCheck check = ((RunEvent.Running) fixture.events(call).get(1)).sessionCheck();
        assertEquals(new RunEvent.SessionCheck(true, 200, check.ms(), 1), check);
        assertEquals(
                List.of(SocketCommand.Admit.class, SocketCommand.Open.class), types(fixture.commands(call)));
        assertEquals(
                List.of(
                        "run.events.v1", "socket.commands.v1", "agent.definitions.v1", "run.events.v1", "socket.commands.v1",
                        "run.events.v1"),
                fixture.topics());
        assertEquals(List.of(3), fixture.slots());
        Until.holds(fixture::hangUp, () -> fixture.sessions.hungUp.contains("sess-1"));
        assertTrue(fixture.loop.isAssigned());
    }

    @Test
    void aSlowProviderHoldsUpItsOwnCallOnly() throws Exception {
        fixture.assigned();
        CallEvent.Offered slow = tenant.offer().build();
        CallEvent.Offered other = tenant.offer().build();
        fixture.add(slow);
        fixture.add(started(slow.callId(), "slow"));
        fixture.add(other);
        fixture.add(started(other.callId(), "sess-2"));

        Until.holds(
                fixture::pass,
                () -> fixture.commands(other.callId()).size() == 2 && fixture.commands(slow.callId()).size() == 1);

        fixture.untilCommitted(1); // what is done behind the slow record is not committed
        fixture.sessions.release.countDown();
        fixture.untilCommitted(4);
        assertEquals(2, fixture.commands(slow.callId()).size());
    }

    @Test
    void ignoresWhatTheGatewayRefusedAtTheDoor() throws Exception {
        fixture.assigned();
        CallEvent.Offered offer = tenant.offer().refusal(Failure.UNSUPPORTED_PROVIDER).build();
        fixture.add(offer);
        fixture.add(Samples.failed(offer.callId(), Samples.T0, Failure.UNSUPPORTED_PROVIDER));

        fixture.untilCommitted(2);

        assertEquals(List.of(), fixture.topics());
        assertEquals(List.of(), tenant.runs());
    }

    @Test
    void asksTheProviderOnlyWhereItsAnswerMatters() throws Exception {
        fixture.assigned();
        CallEvent.Offered offer = tenant.offer().build();
        CallEvent.Offered lateOne = tenant.offer().at(Samples.T0.minusSeconds(8)).build();
        fixture.add(offer);
        fixture.add(Samples.started().of(offer.callId()).callSid(null).build());
        fixture.add(lateOne);
        fixture.add(started(lateOne.callId(), "sess-late")); // the second that is left is the margin

        fixture.untilCommitted(4);

        assertEquals(List.of(), fixture.sessions.checked);
        assertEquals("malformed_handshake", tenant.run(offer.callId()).orElseThrow().failureCode());
        assertEquals("internal_error", tenant.run(lateOne.callId()).orElseThrow().failureCode());
    }

    @Test
    void putsAsideWhatItCannotRead() throws Exception {
        fixture.assigned();
        CallEvent.Offered offer = tenant.offer().build();
        fixture.addBytes(offer.callId().toKey(), "{".getBytes(StandardCharsets.UTF_8));
        fixture.addBytes(offer.callId().toKey(), null);
        fixture.add(offer);

        fixture.untilCommitted(3);

        assertEquals(2, fixture.deadLetters().size());
        assertEquals(1, fixture.commands(offer.callId()).size());
    }

    /// As many as are in the handshake at once where a tenant has a few agents, and its provider answers nobody.
    @Test
    void aTenantWhoseProviderIsSlowHoldsUpNoOther() throws Exception {
        fixture.assigned();
        Tenant other = Tenant.create(tenant.database());
        for (int i = 0; i < 1_500; i++) {
            CallEvent.Offered offer = tenant.offer().build();
            fixture.add(offer);
            fixture.add(started(offer.callId(), "slow-" + i));
        }
        CallEvent.Offered theirs = other.offer().build();
        fixture.add(theirs);
        fixture.add(started(theirs.callId(), "sess-2"));

        Until.holds(fixture::pass, () -> fixture.commands(theirs.callId()).size() == 2);

        assertFalse(fixture.sessions.checked.isEmpty());
        fixture.sessions.release.countDown();
    }

    @Test
    void readsNoFurtherWhileTooMuchIsUnderWay() throws Exception {
        fixture.close();
        try (Relay cut = new Relay(server.getPort());
                Database faraway = new Database(new Database.Settings(
                        TestPostgres.jdbcUrl(cut.port(), tenant.database()), "postgres", new Secret("postgres"), "away", 4,
                        Duration.ofMillis(250), Duration.ofSeconds(5)))) {
            fixture = new LoopFixture(faraway).assigned();
            for (int i = 0; i < 6_000; i++) {
                fixture.add(tenant.offer().build());
            }

            for (int i = 0; i < 20; i++) {
                fixture.pass();
            }

            assertEquals(Set.of(fixture.lifecycle, fixture.conversation), fixture.consumer.paused());
            assertTrue(fixture.executor.inFlight() <= 4_500, "in flight " + fixture.executor.inFlight());

            fixture.consumer.rebalance(List.of()); // leaves what is not done to the next owner, at once
            assertTrue(fixture.executor.awaitIdle(Duration.ofSeconds(10)));
            assertEquals(List.of(), fixture.topics());
        }
    }

    @Test
    void finishesWhatIsUnderWayWhenItCloses() throws Exception {
        fixture.assigned();
        CallEvent.Offered offer = tenant.offer().build();
        fixture.add(offer);
        fixture.loop.work();

        fixture.loop.onClose();

        assertTrue(fixture.consumer.closed());
        assertEquals(1, fixture.commands(offer.callId()).size());
    }

    @Test
    void hearsSignsOfLifeAndListens() throws Exception {
        fixture.assigned();
        CallEvent.Offered offer = tenant.offer().build();
        fixture.add(offer);
        fixture.add(new CallEvent.Alive(offer.callId(), 2, Samples.T0.plusMillis(700)));

        fixture.untilCommitted(2);

        Instant later = Samples.T0.plusSeconds(50);
        fixture.hearing.heartbeats().flush(tenant.database(), later);
        RunRows.RunRow run = tenant.database()
                .withConnection(c -> RunRows.find(c, offer.callId().value()))
                .orElseThrow();
        assertEquals(later, run.lastSeenAt());
        assertEquals(Samples.T0.plusMillis(700), run.aliveAt()); // the sign's own time
        assertEquals(Set.of(fixture.lifecycle, fixture.conversation), fixture.hearing.listening().partitions());
    }

    @Test
    void keepsTheConversationInTheRunsStory() throws Exception {
        fixture.assigned();
        CallEvent.Offered offer = tenant.offer().build();
        fixture.add(offer);
        fixture.untilCommitted(1);
        say(0, new ConversationEvent.Said(offer.callId(), 1, 3, Samples.T0, 1, "Hello.", 900, true, null));

        Until.holds(fixture::pass, () -> tenant.story(offer.callId()).size() == 3);

        assertEquals(List.of("offered", "created", "said"), tenant.story(offer.callId()));
    }

    @Test
    void countsWhatAWorkerSaysThatHasLostTheCall() throws Exception {
        fixture.assigned();
        CallEvent.Offered offer = tenant.offer().build();
        fixture.add(offer);
        fixture.untilCommitted(1);
        say(0, new ConversationEvent.Resumed(offer.callId(), 2, 3, Samples.T0, 400, 6));
        say(1, new ConversationEvent.Said(offer.callId(), 2, 3, Samples.T0, 1, "Hello.", 900, true, 4));

        Until.holds(fixture::pass, () -> fixture.counted("agent_stream_orchestrator_events_not_believed") == 1);

        assertEquals(List.of("offered", "created", "resumed"), tenant.story(offer.callId()));
    }

    private void say(long offset, ConversationEvent event) {
        fixture.consumer.addRecord(new ConsumerRecord<>(
                fixture.conversation.topic(), fixture.conversation.partition(), offset, event.callId().toKey(),
                Topics.CONVERSATION_EVENTS.codec().encode(event)));
        fixture.consumer.updateEndOffsets(Map.of(fixture.conversation, offset + 1));
    }
}
