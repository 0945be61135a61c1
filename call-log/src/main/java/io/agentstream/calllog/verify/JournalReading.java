package io.agentstream.calllog.verify;

import io.agentstream.agents.conversation.Dialogue;
import io.agentstream.agents.dialogue.Dialogues;
import io.agentstream.calllog.CallSource;
import io.agentstream.calllog.Definitions;
import io.agentstream.calllog.LogRecord;
import io.agentstream.schemas.AgentDefinition;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Codec.Decoded;
import io.agentstream.schemas.JournalBatch;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.SealKey;
import io.agentstream.schemas.Sealing;
import io.agentstream.schemas.Topics;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Runs the conversation of a call again, wherever its records come from: with the definition and the context that its run began with. In
/// constant memory, up to the first difference.
public final class JournalReading {

    private JournalReading() {}

    /// @param words the key that the call's journal is sealed with; null where it is not, or the key is gone
    /// @throws IOException where the source does not bring the records, in a sentence
    public static Verification verify(CallSource source, CallId callId, @Nullable SealKey words, Definitions definitions)
            throws IOException {
        Decided decided = decided(source); // before the journal: what ends meanwhile is not over
        try (CallSource.Records records = source.open(Topics.CALL_JOURNAL)) {
            LogRecord record = records.next();
            Optional<Dialogue> dialogue = record == null ? Optional.empty() : dialogue(decided.running(), words, definitions);
            Verifier verifier = new Verifier(callId, words, dialogue.orElse(Dialogue.OUTSIDE));
            records.deleted().ifPresent(verifier::hole);
            if (record != null && dialogue.isEmpty()) {
                verifier.hole("what the agent was defined as, or how its run began, is not to be had: nothing of the journal can be run again");
                return verifier.done(decided.isOver());
            }
            while (record != null && take(verifier, record)) {
                record = records.next();
            }
            return verifier.done(decided.isOver());
        }
    }

    private static Optional<Dialogue> dialogue(RunEvent.@Nullable Running running, @Nullable SealKey words, Definitions definitions)
            throws IOException {
        RunEvent.Running began = running;
        if (began != null && began.sealed() != null) {
            began = words != null && Sealing.open(began, words) instanceof Sealing.Opened.Clear<RunEvent.Running>(var opened) ? opened : null;
        }
        if (began == null) {
            return Optional.empty();
        }
        JsonNode definition = began.definition();
        if (definition == null && began.definitionKey() != null) {
            AgentDefinition found = definitions.find(began.definitionKey());
            definition = found == null ? null : found.definition();
        }
        try {
            return definition == null ? Optional.empty() : Optional.of(Dialogues.of(definition, began));
        } catch (IllegalArgumentException none) { // such a call was closed, and its machine never asked
            return Optional.of(Dialogue.OUTSIDE);
        }
    }

    /// What was decided of the run.
    ///
    /// @param isOver whether its call is over
    private record Decided(RunEvent.@Nullable Running running, boolean isOver) {}

    private static Decided decided(CallSource source) throws IOException {
        RunEvent.Running running = null;
        boolean isOver = false;
        try (CallSource.Records records = source.open(Topics.RUN_EVENTS)) {
            LogRecord record;
            while ((record = records.next()) != null) {
                if (Topics.RUN_EVENTS.codec().decode(record.bytes()) instanceof Decoded.Value<RunEvent>(RunEvent event)) {
                    running = running == null && event instanceof RunEvent.Running first ? first : running;
                    isOver |= event instanceof RunEvent.Completed || event instanceof RunEvent.Failed;
                }
            }
        }
        return new Decided(running, isOver || hasEnded(source));
    }

    private static boolean hasEnded(CallSource source) throws IOException {
        try (CallSource.Records records = source.open(Topics.CALL_LIFECYCLE)) {
            LogRecord record;
            while ((record = records.next()) != null) {
                if (Topics.CALL_LIFECYCLE.codec().decode(record.bytes()) instanceof Decoded.Value<CallEvent>(CallEvent.Ended _)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean take(Verifier verifier, LogRecord record) {
        return switch (Topics.CALL_JOURNAL.codec().decode(record.bytes())) {
            case Decoded.Value<JournalBatch>(JournalBatch batch) -> verifier.take(batch);
            case Decoded.Unknown<JournalBatch>(String what) -> said(verifier, record + " is " + what);
            case Decoded.Malformed<JournalBatch>(String reason) -> said(verifier, record + " is " + reason);
        };
    }

    private static boolean said(Verifier verifier, String sentence) {
        verifier.hole(sentence);
        return true;
    }
}
