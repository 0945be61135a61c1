package io.agentstream.worker.loop;

import io.agentstream.agents.conversation.ConversationInput;
import io.agentstream.agents.conversation.Dialogue;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.FrameSeal;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.ServiceUse;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// What happens to the conversations of one loop, up to their end. Only the loop.
final class Conversations {

    private static final Logger log = LoggerFactory.getLogger(Conversations.class);

    /// Audio that was seen by the gateway so long ago is not answered: the caller has gone on. Long enough that a stall of
    /// Kafka or a pause of the JVM loses no frame of an echo. The clocks of gateway and worker must agree to within this.
    static final long LATE_MS = 5_000;

    /// An engine that lets audio flow has no silence in which it could catch up: what it hears late is late until the call ends. So it may be late by no more than
    /// this, which is as long as a worker stands still without being missed (ADR 24), and nothing is left out of it up to then. Where more has piled up, for whatever
    /// reason, it goes on with what was said in the last [#FRESH_MS], as it does after a take-over.
    static final long FLOW_LATE_MS = 2_000;

    static final long FRESH_MS = 200;

    /// Each conversation is written down at least so often, so that whoever takes over need not look back further than
    /// `SnapshotReading` does.
    static final int SAVE_EVERY_SECONDS = 60;

    private final Calls calls;
    private final Beginnings beginnings;
    private final Guard guard;
    private final EventWriter events;
    private final Deadlines deadlines;
    private final WorkerMeters meters;
    private final ConversationLoop.Limits limits;
    private final IntPredicate knowsItsCalls;
    private final NobodysCalls nobodys = new NobodysCalls();

    /// @param knowsItsCalls whether this worker knows for certain which calls of a partition have a conversation
    Conversations(
            Calls calls, Beginnings beginnings, Guard guard, EventWriter events, Deadlines deadlines, WorkerMeters meters,
            ConversationLoop.Limits limits, IntPredicate knowsItsCalls) {
        this.calls = calls;
        this.beginnings = beginnings;
        this.guard = guard;
        this.events = events;
        this.deadlines = deadlines;
        this.meters = meters;
        this.limits = limits;
        this.knowsItsCalls = knowsItsCalls;
    }

    void runEvent(RunEvent event, int partition, long nowMs) {
        switch (event) {
            case RunEvent.Running running -> {
                beginnings.begin(running, partition, nowMs);
                LiveConversation begun = calls.find(running.callId());
                if (begun != null) {
                    catchUp(begun, nowMs);
                }
            }
            case RunEvent.Completed completed -> end(completed.callId(), completed.at().toEpochMilli(), nowMs);
            case RunEvent.Failed failed -> end(failed.callId(), failed.at().toEpochMilli(), nowMs);
            case RunEvent.Transferred transferred -> transferred(transferred, nowMs);
            case RunEvent.Created _, RunEvent.HangUp _, RunEvent.Erased _ -> { }
        }
    }

    /// To a conversation that is still being taken over it is said again: who goes on with it asks again.
    private void transferred(RunEvent.Transferred event, long nowMs) {
        LiveConversation conversation = calls.find(event.callId());
        if (conversation != null && conversation.pending == null) {
            guard.give(conversation, nowMs, new ConversationInput.TransferAnswered(event.key(), event.outcome()));
        }
    }

    void alive(CallId callId) {
        LiveConversation conversation = calls.find(callId);
        if (conversation != null) {
            conversation.quietSeconds = 0;
        }
    }

    /// @param partition from which it was read
    void frame(MediaFrame frame, int partition, long nowMs) {
        LiveConversation to = calls.find(frame.callId());
        if (to == null) {
            if (!calls.ended.contains(frame.callId())) {
                early(frame, partition, nowMs);
            }
            return;
        }
        if (frame.seq() <= to.afterFrame) {
            meters.repeated().increment();
            return;
        }
        if (to.pending != null && to.pending.isTakenOver()) {
            beginnings.goOn(to, Math.max(0, nowMs - frame.atMs()), nowMs);
            catchUp(to, nowMs); // keys that came while it waited were pressed before this
        }
        if (to.pending != null) { // what a conversation that is about to begin will hear
            early(frame, partition, nowMs);
            return;
        }
        heard(to, frame, nowMs);
    }

    private void early(MediaFrame frame, int partition, long nowMs) {
        if (!calls.early.hold(frame, nowMs)) {
            meters.early().increment();
        }
        boolean talks = !EarlyFrames.isKey(frame) && nowMs - frame.atMs() < LATE_MS;
        if (!talks || calls.find(frame.callId()) != null) {
            return;
        }
        if (!knowsItsCalls.test(partition)) { // somebody else may hold it: the count begins anew
            nobodys.forget(frame.callId());
        } else if (nobodys.heard(frame.callId(), nowMs)) {
            log.atError().addKeyValue("call", frame.callId()).log("nobody holds the call's conversation, closing the call");
            calls.ended.add(frame.callId());
            calls.early.take(frame.callId());
            guard.refuseEverywhere(frame.callId(), beginnings.epoch());
        }
    }

    /// Gives a conversation that is open what came before it was.
    private void catchUp(LiveConversation to, long nowMs) {
        nobodys.forget(to.callId);
        if (to.pending == null) {
            for (MediaFrame frame : calls.early.take(to.callId)) {
                if (frame.seq() > to.afterFrame) {
                    heard(to, frame, nowMs);
                }
            }
        }
    }

    private void heard(LiveConversation to, MediaFrame frame, long nowMs) {
        to.afterFrame = frame.seq();
        to.after = Math.max(to.after, frame.seq());
        to.quietSeconds = 0;
        if (to.state.isOver()) {
            return;
        }
        switch (frame) {
            case MediaFrame.Audio audio -> audio(to, audio, nowMs);
            case MediaFrame.SealedAudio sealed -> {
                FrameSeal seal = beginnings.seal(to);
                MediaFrame.Audio opened = seal == null ? null : seal.open(sealed);
                if (opened != null) {
                    audio(to, opened, nowMs);
                } else {
                    notOpened(to, nowMs);
                }
            }
            case MediaFrame.SealedDigit sealed -> {
                FrameSeal seal = beginnings.seal(to);
                MediaFrame.Digit opened = seal == null ? null : seal.open(sealed);
                if (opened != null) {
                    digit(to, opened, nowMs);
                } else {
                    notOpened(to, nowMs);
                }
            }
            case MediaFrame.Digit digit -> digit(to, digit, nowMs);
            case MediaFrame.MarkReached mark -> guard.give(to, nowMs, new ConversationInput.MarkReached(mark.turn()));
            case MediaFrame.Played played ->
                    guard.give(to, nowMs, new ConversationInput.Played(played.turn(), played.playedMs(), played.finished()));
            case MediaFrame.Playing playing -> to.stages.playing(playing, meters);
            case MediaFrame.Silence _ -> {} // for whoever reads the call back
        }
    }

    private void digit(LiveConversation to, MediaFrame.Digit pressed, long nowMs) {
        CallerSpeech speech = to.speech;
        if (speech == null || speech.counts(pressed.digit(), nowMs)) {
            guard.give(to, nowMs, new ConversationInput.DigitPressed(pressed.digit()));
        }
    }

    /// A frame that was changed is passed over; of a call whose key is not there nobody will hear anything, and it is closed.
    private void notOpened(LiveConversation to, long nowMs) {
        meters.notOpened().increment();
        if (to.seal() == null) {
            log.atError().addKeyValue("call", to.callId).log("the call's key is missing, closing the call");
            guard.close(to, nowMs, Guard.NO_KEY);
        }
    }

    private void audio(LiveConversation to, MediaFrame.Audio audio, long nowMs) {
        if (isLate(to, audio.atMs(), nowMs)) {
            meters.late().increment();
            return;
        }
        to.heardFrames++;
        meters.heard().increment();
        if (to.engine().hears()) {
            guard.give(to, nowMs, new ConversationInput.AudioHeard(audio));
        }
        CallerSpeech speech = to.speech;
        if (speech != null) {
            for (ConversationInput input : guard.hear(to, speech, audio, nowMs)) {
                guard.give(to, nowMs, input);
            }
        }
    }

    private static boolean isLate(LiveConversation to, long atMs, long nowMs) {
        if (to.engine().takesTurns()) {
            return nowMs - atMs > LATE_MS;
        }
        if (nowMs - atMs > FLOW_LATE_MS) {
            to.flowsFromMs = nowMs - FRESH_MS;
        }
        return atMs < to.flowsFromMs;
    }

    void reply(Mailbox.Posted posted, long nowMs) {
        if (!posted.to().closed) {
            guard.give(posted.to(), nowMs, posted.answer());
        }
    }

    /// Ends a call whose engine has posted more than there is room for. An engine that has services posts what they tell: where it is one that decides
    /// by itself, that was ours.
    void overflowed(LiveConversation conversation, long nowMs) {
        if (!conversation.closed && !conversation.state.isOver()) {
            boolean isOurs = conversation.state.dialogue() instanceof Dialogue.Outside;
            log.atLevel(isOurs ? Level.ERROR : Level.WARN).addKeyValue("call", conversation.callId).log("engine posts more than is taken, closing the call");
            guard.close(conversation, nowMs, isOurs ? Guard.TOO_MANY_REPLIES : ConversationInput.Broken.OVERRUN);
        }
    }

    /// Calls back the conversations whose deadline has passed.
    void fire(long nowMs) {
        LiveConversation passed;
        while ((passed = deadlines.passed(nowMs)) != null) {
            if (passed.pending != null) {
                beginnings.goOn(passed, Math.max(0, nowMs - passed.beganMs), nowMs);
                catchUp(passed, nowMs);
            } else {
                guard.give(passed, nowMs, new ConversationInput.DeadlinePassed());
            }
        }
    }

    /// Ends the speech of callers of whom nothing comes any more. A few times a second.
    void listen(long nowMs) {
        for (LiveConversation conversation : calls.all()) {
            CallerSpeech speech = conversation.speech;
            if (speech != null && speech.isQuiet(nowMs)) {
                guard.give(conversation, nowMs, speech.stop(nowMs));
            }
        }
    }

    /// Whether one waits to be written down, for the first time or once more.
    boolean anyUnsaved() {
        for (LiveConversation conversation : calls.all()) {
            if (conversation.unsaved) {
                return true;
            }
        }
        return false;
    }

    /// Once a second, while Kafka answers.
    void second(long nowMs) {
        meters.early().increment(calls.early.expire(nowMs));
        for (LiveConversation conversation : calls.copy()) {
            conversation.savesInSecond = 0;
            conversation.moreSavesInSecond = 0;
            if (++conversation.quietSeconds > limits.lostAfterSeconds()) {
                log.atWarn().addKeyValue("call", conversation.callId).log("call has gone quiet, conversation given up");
                guard.refuse(conversation.run, conversation.epoch);
                end(conversation.callId, nowMs, nowMs);
                continue;
            }
            tellUses(conversation, false, nowMs);
            if (conversation.unsaved || ++conversation.unsavedSeconds >= SAVE_EVERY_SECONDS) {
                events.save(conversation, nowMs);
            } else {
                events.journal().due(conversation, nowMs);
            }
        }
    }

    /// @param all whether something is told by all means, where there is anything
    private void tellUses(LiveConversation of, boolean all, long nowMs) {
        List<ServiceUse> uses = guard.used(of, all);
        if (!uses.isEmpty()) {
            events.used(of, uses, nowMs);
        }
    }

    /// Of a call that has no conversation too: its run may be read later than its end.
    ///
    /// @param endedMs when the call ended; nothing of its conversation is dated later
    void end(CallId callId, long endedMs, long nowMs) {
        calls.early.take(callId);
        calls.ended.add(callId);
        nobodys.forget(callId);
        LiveConversation conversation = calls.find(callId);
        if (conversation != null) {
            guard.give(conversation, Math.min(nowMs, endedMs), new ConversationInput.CallEnded());
            forget(conversation);
            tellUses(conversation, true, Math.min(nowMs, endedMs));
            events.forget(conversation);
            log.atInfo()
                    .addKeyValue("call", conversation.callId)
                    .addKeyValue("turns", conversation.state.turn())
                    .addKeyValue("heard_frames", conversation.heardFrames)
                    .addKeyValue("played_frames", conversation.playedFrames)
                    .addKeyValue("lasted_ms", nowMs - conversation.beganMs)
                    .log("conversation ends");
        }
    }

    /// Drops a conversation without saying that it is over.
    private void forget(LiveConversation conversation) {
        calls.remove(conversation);
        deadlines.clear(conversation);
        guard.release(conversation);
    }

    /// Writes down the conversations of these partitions, so that whoever owns them next can go on, and before that what their services were used for here: nobody else knows.
    void save(IntPredicate partitions, long nowMs) {
        for (LiveConversation conversation : calls.all()) {
            if (partitions.test(conversation.partition)) {
                guard.leave(conversation);
                tellUses(conversation, true, nowMs);
                events.save(conversation, nowMs);
            }
        }
    }

    /// Drops the conversations of all but these partitions: they are somebody else's now.
    void keepOnly(Set<Integer> partitions) {
        for (LiveConversation conversation : calls.copy()) {
            if (!partitions.contains(conversation.partition)) {
                forget(conversation);
            }
        }
    }
}
