package io.agentstream.orchestrator.erase;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.decide.Samples;
import io.agentstream.orchestrator.decide.Tenant;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.EmptiedRuns;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.runtime.CallKeyReader;
import io.agentstream.runtime.DeadLetters;
import io.agentstream.runtime.Metrics;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.CallSecrets;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.MediaFormat;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.SealKey;
import io.agentstream.schemas.Sealing;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What an orchestrator opens and seals of calls that are not on the topic of keys any more.
@ExtendWith(TestPostgres.class)
final class SealedCallsTest {

    private final Database database;
    private final Metrics metrics = new Metrics("test");

    SealedCallsTest(Database database) {
        this.database = database;
    }

    private SealedCalls sealedCalls(CallSecrets.Wrapping wrapping) {
        MockProducer<byte[], byte[]> letters =
                new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
        CallKeyReader reader = new CallKeyReader(
                () -> new MockConsumer<>("earliest"), wrapping, new DeadLetters(letters, metrics), InstantSource.system());
        return new SealedCalls(reader, database, metrics);
    }

    private static SealKey words(TalkedAbout talked) {
        return Objects.requireNonNull(TalkedAbout.WRAPPING.unwrap(talked.keys()).orElseThrow().words());
    }

    private static ConversationEvent.Said said(CallId call) {
        return new ConversationEvent.Said(call, 1, 3, Samples.T0, 1, "Hello.", 500, true, 1);
    }

    private static RunEvent.Running running(CallId call) {
        return new RunEvent.Running(
                call, 2, Samples.T0, new RunEvent.RunRef(1, "WR-AGS-00000001", 1, 1, 1, 3), MediaFormat.MULAW_8K,
                Json.MAPPER.readTree("{\"engine\":\"echo\"}"), Json.MAPPER.readTree("{\"caller_number\":\"+15550100\"}"), null);
    }

    @Test
    void whatAWorkerSealedIsOpenedWithTheKeysOfTheRun() throws Exception {
        // given
        TalkedAbout talked = TalkedAbout.ended(Tenant.create(database), true);

        // when
        ConversationEvent opened = sealedCalls(TalkedAbout.WRAPPING).open(Sealing.seal(said(talked.call()), words(talked)));

        // then
        assertEquals(said(talked.call()), opened);
    }

    @Test
    void ofACallWhoseKeyIsDestroyedNothingIsOpenedAndNothingPersonalIsSaid() throws Exception {
        // given
        TalkedAbout talked = TalkedAbout.ended(Tenant.create(database), true);
        ConversationEvent sealed = Sealing.seal(said(talked.call()), words(talked));
        long run = talked.runId();
        database.inTransaction(c -> EmptiedRuns.empty(c, new long[] {run}));
        SealedCalls calls = sealedCalls(TalkedAbout.WRAPPING);

        // when
        ConversationEvent.Said opened = (ConversationEvent.Said) calls.open(sealed);
        RunEvent.Running again = (RunEvent.Running) calls.seal(running(talked.call()));

        // then
        assertEquals("", opened.text());
        assertTrue(again.initialContext().isEmpty());
        assertNull(again.sealed());
        assertTrue(metrics.scrape().lines().anyMatch(line ->
                line.startsWith("agent_stream_orchestrator_keys_missing_total") && line.endsWith(" 1.0")));
    }

    @Test
    void whatIsSaidOfASealedCallIsSealedAndOfAnotherIsNot() throws Exception {
        // given
        Tenant tenant = Tenant.create(database);
        TalkedAbout talked = TalkedAbout.ended(tenant, true);
        TalkedAbout clear = TalkedAbout.ended(tenant, false);
        SealedCalls calls = sealedCalls(TalkedAbout.WRAPPING);

        // when
        RunEvent.Running sealed = (RunEvent.Running) calls.seal(running(talked.call()));

        // then
        assertTrue(sealed.initialContext().isEmpty());
        assertEquals(
                new Sealing.Opened.Clear<>(running(talked.call())), Sealing.open(sealed, words(talked)));
        assertEquals(running(clear.call()), calls.seal(running(clear.call())));
    }

    @Test
    void withoutTheInstallationsKeyNothingIsOpened() throws Exception {
        // given
        TalkedAbout talked = TalkedAbout.ended(Tenant.create(database), true);
        ConversationEvent sealed = Sealing.seal(said(talked.call()), words(talked));

        // when, then
        for (CallSecrets.Wrapping other : java.util.Arrays.asList(
                null, new CallSecrets.Wrapping(List.of(SealKey.generate(new java.security.SecureRandom()))))) {
            assertEquals("", ((ConversationEvent.Said) sealedCalls(other).open(sealed)).text());
        }
    }
}
