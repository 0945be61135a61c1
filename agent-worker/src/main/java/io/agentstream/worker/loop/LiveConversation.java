package io.agentstream.worker.loop;

import io.agentstream.agents.conversation.Conversation;
import io.agentstream.agents.conversation.SavedConversation;
import io.agentstream.agents.journal.ConversationJournal;
import io.agentstream.audio.Ambience;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.CallSecrets;
import io.agentstream.schemas.ConversationSnapshot;
import io.agentstream.schemas.FrameSeal;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.SealKey;
import io.agentstream.schemas.Sealing;
import io.agentstream.schemas.ServiceUse;
import io.agentstream.schemas.Slice;
import io.agentstream.worker.engine.AgentEngine;
import io.agentstream.worker.engine.AgentSession;
import java.security.SecureRandom;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// A conversation that a loop holds: the machine's state and what belongs to the call. Only the loop, but for `closed`.
final class LiveConversation {

    private static final SecureRandom RANDOM = new SecureRandom();

    /// So much later the ambience of a turn begins than that of the one before it: some two seconds, and no part of its round.
    private static final int AMBIENCE_OF_TURN = 17_389;

    /// Sealed until its keys are there, and then opened.
    RunEvent.Running run;
    /// As it came: what a snapshot holds.
    private final RunEvent.Running written;
    /// Null as long as they are not there, or where nothing of the call is sealed.
    private @Nullable CallSecrets secrets;
    private @Nullable FrameSeal seal;
    final CallId callId;
    /// Key of every record of the call.
    final byte[] key;
    /// Partition of all topics that are keyed by call.
    final int partition;
    final int slot;
    final long beganMs;
    /// Generation of the group in which this worker took the conversation up, and more than that of whoever had it before.
    final int epoch;

    Conversation state = Conversation.NEW;
    @Nullable AgentEngine engine;
    @Nullable AgentSession session;
    @Nullable CallerSpeech speech;
    /// What is heard behind the agent's voice; null: nothing.
    @Nullable Ambience ambience;
    Deadlines.@Nullable Deadline deadline;
    /// What it waits for before it is open; null once it is.
    @Nullable Pending pending;
    /// Number of the newest conversation event.
    long number;
    /// Sequence number of the newest record seen of the call, and of the newest frame.
    long after;
    long afterFrame;
    /// Whole seconds in which nothing was heard of the call.
    int quietSeconds;
    /// What was said before is left out of an engine's flow, by the gateway's clock.
    long flowsFromMs;
    long heardFrames;
    long playedFrames;
    /// Seconds since the newest snapshot was written.
    int unsavedSeconds;
    /// Snapshots since the loop's newest second.
    int savesInSecond;
    int moreSavesInSecond;
    /// Whether it could not be, or has to wait for the next second. Set by the producer's thread too.
    volatile boolean unsaved;
    /// Snapshots that were sent, and when the newest was; the newest of them that is written, or cannot be, and the newest that is lost, which the producer's thread
    /// says; and that which has what is asked of other systems ([Intents]), which the producer's thread reads.
    int saves;
    long savedMs;
    final AtomicInteger writtenSave = new AtomicInteger();
    final AtomicInteger lostSave = new AtomicInteger();
    volatile int awaitedSave;
    /// Whether a snapshot was larger than a record may be; said once.
    boolean tooLarge;
    /// What its machine took in and gave, up to the next batch; how many batches were written; and the newest record that had been
    /// seen of the call when this one began.
    final ConversationJournal journal = new ConversationJournal();
    int journalBatches;
    long journalAfter;
    /// What waits for it in the loop's mailbox.
    final Mailbox.Load load = new Mailbox.Load();
    /// When its answers passed their stages.
    final StageClock stages = new StageClock();
    /// What its services were used for before they were closed, and nobody was told yet.
    List<ServiceUse> untold = List.of();
    /// What was told of it and could not be written, which the producer's thread says: a sum of each service.
    final AtomicReference<List<ServiceUse>> unwritten = new AtomicReference<>(List.of());
    /// Nothing more is done for this call. Read by the producer's thread.
    volatile boolean closed;

    private int playTurn;
    private int playSeq;
    private long playBytes;

    LiveConversation(RunEvent.Running run, int partition, int epoch, long nowMs) {
        this.run = run;
        this.written = run;
        this.callId = run.callId();
        this.key = callId.toKey();
        this.partition = partition;
        this.slot = run.run().slot();
        this.after = run.after();
        this.beganMs = nowMs;
        this.epoch = epoch;
    }

    /// A conversation that is not open yet: for a sign that its call lives, for its keys, or for its agent's definition.
    ///
    /// @param sealed what another worker left, as long as nobody has opened it
    /// @param left what another worker left; null for a new conversation
    /// @param untilMs when it is not waited for any longer
    record Pending(@Nullable ConversationSnapshot sealed, @Nullable SavedConversation left, long untilMs) {

        static Pending anew(long untilMs) {
            return new Pending(null, null, untilMs);
        }

        boolean isTakenOver() {
            return sealed != null || left != null;
        }
    }

    /// Of an open conversation.
    AgentEngine engine() {
        return Objects.requireNonNull(engine, "a conversation that is not open");
    }

    /// The run, without the text of a definition that has a key.
    RunEvent.Running reference() {
        return written.definitionKey() == null
                ? written
                : new RunEvent.Running(
                        written.callId(), written.after(), written.at(), written.run(), written.mediaFormat(), null,
                        written.initialContext(), written.definitionKey(), written.sealed(), null);
    }

    /// Whether it cannot go on without the call's keys.
    boolean isLocked() {
        return run.sealed() != null;
    }

    /// Takes the call's keys.
    ///
    /// @return false where they do not open its run
    boolean unlock(CallSecrets keys) {
        if (run.sealed() != null) {
            SealKey words = keys.words();
            if (words == null || !(Sealing.open(run, words) instanceof Sealing.Opened.Clear<RunEvent.Running>(var opened))) {
                return false;
            }
            run = opened;
        }
        secrets = keys;
        SealKey media = keys.media();
        seal = media == null ? null : new FrameSeal(media, RANDOM);
        return true;
    }

    /// The key of words; null where nothing of the call is sealed.
    @Nullable SealKey words() {
        return secrets == null ? null : secrets.words();
    }

    /// Of the audio; null where nothing of the call is sealed.
    @Nullable FrameSeal seal() {
        return seal;
    }

    /// Number of the next command with audio of this turn, from 0.
    int nextSeq(int turn) {
        if (turn != playTurn) {
            playTurn = turn;
            playSeq = 0;
            playBytes = 0;
        }
        return playSeq++;
    }

    /// Audio of the turn that was numbered last, with what is heard behind it. Of the same turn the same sounds the same, whoever plays it.
    Slice sounds(Slice audio) {
        Ambience place = ambience;
        if (place == null) {
            return audio;
        }
        long at = (long) playTurn * AMBIENCE_OF_TURN + playBytes;
        playBytes += audio.length();
        return Slice.of(place.behind(audio.array(), audio.offset(), audio.length(), at));
    }
}
