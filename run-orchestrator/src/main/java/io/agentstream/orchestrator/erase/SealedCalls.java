package io.agentstream.orchestrator.erase;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.RunKeys;
import io.agentstream.runtime.CallKeyReader;
import io.agentstream.runtime.Metrics;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.CallKeys;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.SealKey;
import io.agentstream.schemas.Sealing;
import io.micrometer.core.instrument.Counter;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Opens what gateways and workers have sealed, and seals what is said of it. The keys of a call that is there come from
/// `call.keys.v1`, later from the database. Any thread; blocks.
public final class SealedCalls {

    private static final Logger log = LoggerFactory.getLogger(SealedCalls.class);

    /// How long keys that are on their way are waited for; they were sent before what is sealed with them.
    private static final Duration ON_THEIR_WAY = Duration.ofSeconds(2);

    private final CallKeyReader reader;
    private final Database database;
    private final Counter missing;

    public SealedCalls(CallKeyReader reader, Database database, Metrics metrics) {
        this.reader = reader;
        this.database = database;
        this.missing = metrics.counter("agent_stream_orchestrator_keys_missing"); // sealed records that nobody can open here
    }

    /// The keys as they are to be kept with the run; nothing of a call that is not sealed.
    public Optional<CallKeys> wrapped(CallEvent.Offered offer) throws InterruptedException {
        return offer.sealed() == null ? Optional.empty() : reader.await(offer.callId(), ON_THEIR_WAY);
    }

    /// Whether keys that are not there yet may still come.
    public boolean mayCome() {
        return reader.opens();
    }

    /// The event with what was sealed; without it where its key is destroyed or is not ours.
    public CallEvent open(CallEvent event) {
        if (!Sealing.isSealed(event)) {
            return event;
        }
        SealKey key = words(event.callId());
        return key != null && Sealing.open(event, key) instanceof Sealing.Opened.Clear<CallEvent>(CallEvent opened)
                ? opened
                : missing(event.callId(), event);
    }

    /// The event with what was sealed; without it where its key is destroyed or is not ours.
    public ConversationEvent open(ConversationEvent event) {
        if (!Sealing.isSealed(event)) {
            return event;
        }
        SealKey key = words(event.callId());
        return key != null && Sealing.open(event, key) instanceof Sealing.Opened.Clear<ConversationEvent>(var opened)
                ? opened
                : missing(event.callId(), event);
    }

    /// What is said of a run, sealed where its call is. Of a call whose key is destroyed nothing personal is said.
    public RunEvent seal(RunEvent event) {
        if (!(event instanceof RunEvent.Running running)) {
            return event;
        }
        Optional<CallKeys> keys = keys(running.callId());
        if (keys.isEmpty()) {
            return running;
        }
        SealKey key = keys.flatMap(reader::words).orElse(null);
        return key == null ? Sealing.blank(running) : Sealing.seal(running, key);
    }

    private <V> V missing(CallId callId, V event) {
        missing.increment();
        log.atWarn().addKeyValue("call", callId).log("a sealed record's key is missing, its personal fields stay empty");
        return event;
    }

    private @Nullable SealKey words(CallId callId) {
        return keys(callId).flatMap(reader::words).orElse(null);
    }

    /// Of a call that is up the topic knows them, which asks nobody; later the run has them, or what is left of them. What is opened of a
    /// run that is erased meanwhile is not kept: its row says so.
    private Optional<CallKeys> keys(CallId callId) {
        Optional<CallKeys> travelling = reader.wrapped(callId);
        return travelling.isPresent()
                ? travelling
                : database.withConnection(connection -> RunKeys.find(connection, callId));
    }
}
