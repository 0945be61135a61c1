package io.agentstream.worker.loop;

import io.agentstream.agents.conversation.ConversationInput;
import io.agentstream.agents.conversation.SavedConversation;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.CallSecrets;
import io.agentstream.schemas.ConversationSnapshot;
import io.agentstream.schemas.FrameSeal;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.SealKey;
import io.agentstream.schemas.Sealing;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/// How a conversation comes to be: a run is running, or another worker left one. Only the loop.
///
/// A run that is running has a conversation, or its call is closed with a cause: whatever keeps one from beginning ends here.
final class Beginnings {

    private static final Logger log = LoggerFactory.getLogger(Beginnings.class);

    /// A run that began so long ago, and of which no worker left a snapshot, is not begun any more: the caller has been waiting.
    static final long STALE_RUN_MS = 60_000;

    /// How long a conversation that was taken over waits for a sign of its call before it goes on without one.
    static final long RESUME_AFTER_MS = 2_000;

    /// How long a conversation waits for the text of its agent's definition, and how often it looks.
    static final long DEFINITION_LIMIT_MS = 4_000;
    static final long DEFINITION_RETRY_MS = 100;

    /// How often a conversation looks for its keys, which are on their way.
    static final long KEY_RETRY_MS = 10;

    private final Calls calls;
    private final SessionOpener sessions;
    private final Guard guard;
    private final Deadlines deadlines;
    private final WorkerMeters meters;
    private final IntSupplier generation;
    private final int mostConversations;
    private final Function<CallId, Optional<CallSecrets>> keys;

    /// @param keys of the calls that there are, as far as they are known by now
    /// @param generation of the group, in which this worker takes up what it takes up now
    Beginnings(
            Calls calls, SessionOpener sessions, Guard guard, Deadlines deadlines, WorkerMeters meters, IntSupplier generation,
            int mostConversations, Function<CallId, Optional<CallSecrets>> keys) {
        this.calls = calls;
        this.sessions = sessions;
        this.guard = guard;
        this.deadlines = deadlines;
        this.meters = meters;
        this.generation = generation;
        this.mostConversations = mostConversations;
        this.keys = keys;
    }

    void begin(RunEvent.Running run, int partition, long nowMs) {
        if (calls.isKnown(run.callId())) {
            meters.repeated().increment();
            return;
        }
        if (nowMs - run.at().toEpochMilli() > STALE_RUN_MS) {
            log.atWarn().addKeyValue("call", run.callId()).log("run is too old to begin, closing the call");
            refuse(run, epoch());
            return;
        }
        if (calls.size() >= mostConversations) {
            log.atWarn().addKeyValue("call", run.callId()).log("too many conversations");
            refuse(run, epoch());
            return;
        }
        LiveConversation conversation = new LiveConversation(run, partition, epoch(), nowMs);
        conversation.pending = LiveConversation.Pending.anew(nowMs + DEFINITION_LIMIT_MS);
        calls.add(conversation);
        goOn(conversation, 0, nowMs);
    }

    /// The generation in which this worker does what it does now.
    int epoch() {
        return Math.max(1, generation.getAsInt());
    }

    private void refuse(RunEvent.Running run, int epoch) {
        calls.ended.add(run.callId());
        calls.early.take(run.callId());
        guard.refuse(run, epoch);
    }

    /// Of a call whose snapshot cannot be read.
    void refuseEverywhere(CallId callId) {
        if (!calls.isKnown(callId)) {
            log.atError().addKeyValue("call", callId).log("snapshot cannot be read, closing the call");
            calls.ended.add(callId);
            guard.refuseEverywhere(callId, epoch());
        }
    }

    /// Takes over what another worker left. It goes on when the call shows that it lives.
    void restore(ConversationSnapshot snapshot, int partition, long nowMs) {
        if (calls.isKnown(snapshot.callId())) {
            return;
        }
        int left = snapshot.epoch() == null ? 0 : snapshot.epoch();
        LiveConversation conversation = new LiveConversation(snapshot.run(), partition, Math.max(left + 1, epoch()), nowMs);
        long untilMs = nowMs + RESUME_AFTER_MS + DEFINITION_LIMIT_MS;
        if (snapshot.sealed() != null) {
            conversation.pending = new LiveConversation.Pending(snapshot, null, untilMs);
        } else {
            SavedConversation saved = saved(snapshot);
            if (saved == null) {
                refuse(snapshot.run(), conversation.epoch);
                return;
            }
            conversation.pending = new LiveConversation.Pending(null, saved, untilMs);
        }
        conversation.number = snapshot.number();
        conversation.after = snapshot.after();
        conversation.afterFrame = snapshot.after();
        calls.add(conversation);
        deadlines.set(conversation, nowMs + RESUME_AFTER_MS);
    }

    /// What another worker left; null where it cannot be read, which the log says.
    static @Nullable SavedConversation saved(ConversationSnapshot opened) {
        SavedConversation saved;
        try {
            saved = Json.MAPPER.treeToValue(opened.state(), SavedConversation.class);
        } catch (JacksonException foreign) {
            saved = null;
        }
        if (saved == null || !saved.isWhole()) {
            log.atError().addKeyValue("call", opened.callId()).log("snapshot of another version, closing the call");
            return null;
        }
        return saved;
    }

    /// Opens what is pending, or looks again a little later where the definition is not there yet.
    void goOn(LiveConversation conversation, long gapMs, long nowMs) {
        LiveConversation.Pending pending = conversation.pending;
        if (pending == null) {
            return;
        }
        ConversationSnapshot sealed = pending.sealed();
        if ((conversation.isLocked() || sealed != null) && !unlock(conversation)) {
            if (nowMs >= pending.untilMs()) {
                log.atError().addKeyValue("call", conversation.callId).log("the call's key is missing, closing the call");
                guard.close(conversation, nowMs, Guard.NO_KEY);
            } else {
                deadlines.set(conversation, nowMs + KEY_RETRY_MS);
            }
            return;
        }
        SavedConversation left = sealed == null ? pending.left() : opened(conversation, sealed);
        if (sealed != null) {
            if (left == null) {
                guard.close(conversation, nowMs, Guard.NO_SNAPSHOT);
                return;
            }
            conversation.pending = new LiveConversation.Pending(null, left, pending.untilMs());
        }
        switch (sessions.open(conversation, left)) {
            case OPEN -> {
                conversation.pending = null;
                deadlines.clear(conversation);
                if (left == null) {
                    begun(conversation, nowMs);
                } else {
                    meters.resumed().increment();
                    log.atInfo().addKeyValue("call", conversation.callId).addKeyValue("gap_ms", gapMs).log("conversation goes on");
                    guard.give(conversation, nowMs, new ConversationInput.Resumed(left, gapMs));
                }
            }
            case NOT_YET -> {
                if (nowMs >= pending.untilMs() && sessions.knowsDefinitions()) {
                    log.atError().addKeyValue("call", conversation.callId).log("the agent's definition is not to be had");
                    guard.close(conversation, nowMs, Guard.NO_DEFINITION);
                } else {
                    deadlines.set(conversation, nowMs + DEFINITION_RETRY_MS);
                }
            }
            case NEVER -> guard.close(conversation, nowMs, Guard.NO_ENGINE);
        }
    }

    /// What another worker left; null where it cannot be read, which the log says.
    private static @Nullable SavedConversation opened(LiveConversation conversation, ConversationSnapshot sealed) {
        SealKey words = conversation.words();
        if (words != null && Sealing.open(sealed, words) instanceof Sealing.Opened.Clear<ConversationSnapshot>(var opened)) {
            return saved(opened);
        }
        log.atError().addKeyValue("call", conversation.callId).log("the call's key does not open its snapshot, closing the call");
        return null;
    }

    private boolean unlock(LiveConversation conversation) {
        if (conversation.words() != null) {
            return true; // and its nonces go on
        }
        Optional<CallSecrets> secrets = keys.apply(conversation.callId);
        return secrets.isPresent() && conversation.unlock(secrets.get());
    }

    /// What a conversation's frames are opened with: its keys are looked for here where its run was not sealed, but its frames are.
    @Nullable FrameSeal seal(LiveConversation conversation) {
        if (conversation.seal() == null) {
            unlock(conversation);
        }
        return conversation.seal();
    }

    private void begun(LiveConversation conversation, long nowMs) {
        log.atInfo()
                .addKeyValue("call", conversation.callId)
                .addKeyValue("run", conversation.run.run().name())
                .addKeyValue("engine", conversation.engine().name())
                .log("conversation begins");
        guard.give(conversation, nowMs, new ConversationInput.RunStarted(conversation.engine().takesTurns()));
    }
}
