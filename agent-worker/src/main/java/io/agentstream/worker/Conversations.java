package io.agentstream.worker;

import io.agentstream.agents.conversation.Conversation;
import io.agentstream.agents.conversation.ConversationInput;
import io.agentstream.agents.conversation.SavedConversation;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.ConversationSnapshot;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.worker.engine.AgentEngine;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.IntPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/// The conversations of one loop, from the run that begins one to the call's end. Only the loop, but for [#size()].
///
/// A bug in one conversation ends that call and nothing else.
final class Conversations {

    private static final Logger log = LoggerFactory.getLogger(Conversations.class);

    /// Audio that was seen by the gateway so long ago is not answered: the caller has gone on. Long enough that a stall of
    /// Kafka or a pause of the JVM loses no frame of an echo. The clocks of gateway and worker must agree to within this.
    static final long LATE_MS = 5_000;

    /// A run that began so long ago, and of which no worker left a snapshot, is not begun any more.
    static final long STALE_RUN_MS = 60_000;

    /// How long a conversation that was taken over waits for a sign of its call before it goes on without one.
    static final long RESUME_AFTER_MS = 2_000;

    private final SessionOpener sessions;
    private final ConversationEffects effects;
    private final CommandWriter commands;
    private final EventWriter events;
    private final Deadlines deadlines;
    private final WorkerMeters meters;
    private final Limits limits;

    private final Map<CallId, LiveConversation> live = new HashMap<>();
    private final EarlyFrames early = new EarlyFrames();
    private final EndedCalls ended = new EndedCalls();
    private volatile int size;

    /// @param conversations most conversations of the loop
    /// @param lostAfterSeconds how long a call may be quiet before its conversation is given up
    record Limits(int conversations, int lostAfterSeconds) {}

    Conversations(
            SessionOpener sessions, ConversationEffects effects, CommandWriter commands, EventWriter events,
            Deadlines deadlines, WorkerMeters meters, Limits limits) {
        this.sessions = sessions;
        this.effects = effects;
        this.commands = commands;
        this.events = events;
        this.deadlines = deadlines;
        this.meters = meters;
        this.limits = limits;
    }

    /// Conversations at present; any thread.
    int size() {
        return size;
    }

    void runEvent(RunEvent event, int partition, long nowMs) {
        switch (event) {
            case RunEvent.Running running -> begin(running, partition, nowMs);
            case RunEvent.Completed completed -> end(completed.callId(), nowMs);
            case RunEvent.Failed failed -> end(failed.callId(), nowMs);
            case RunEvent.Created created -> { }
        }
    }

    private void begin(RunEvent.Running running, int partition, long nowMs) {
        CallId callId = running.callId();
        if (live.containsKey(callId) || ended.contains(callId)) {
            meters.repeated().increment();
            return;
        }
        if (nowMs - running.at().toEpochMilli() > STALE_RUN_MS) {
            return;
        }
        if (live.size() >= limits.conversations()) {
            log.atWarn().addKeyValue("call", callId).log("too many conversations");
            refuse(running);
            return;
        }
        LiveConversation conversation = new LiveConversation(running, partition, nowMs);
        if (!sessions.open(conversation, null)) {
            refuse(running);
            return;
        }
        add(conversation);
        events.began(conversation, nowMs);
        log.atInfo()
                .addKeyValue("call", callId)
                .addKeyValue("run", running.run().name())
                .addKeyValue("engine", engine(conversation).name())
                .log("conversation begins");
        give(conversation, nowMs, new ConversationInput.RunStarted(engine(conversation).takesTurns()));
        for (MediaFrame frame : early.take(callId)) {
            frame(frame, nowMs);
        }
    }

    private void refuse(RunEvent.Running running) {
        meters.failed().increment();
        ended.add(running.callId());
        early.take(running.callId());
        commands.refuse(running.run().slot(), running.callId(), SocketCommand.Close.because(running.callId(), Failure.INTERNAL_ERROR, ""));
    }

    /// Takes over what another worker left. It goes on when the call shows that it lives.
    void restore(ConversationSnapshot snapshot, int partition, long nowMs) {
        if (live.containsKey(snapshot.callId()) || ended.contains(snapshot.callId())) {
            return;
        }
        SavedConversation saved;
        try {
            saved = Json.MAPPER.treeToValue(snapshot.state(), SavedConversation.class);
        } catch (JacksonException foreign) {
            log.atError().addKeyValue("call", snapshot.callId()).log("snapshot of another version, conversation given up");
            return;
        }
        LiveConversation conversation = new LiveConversation(snapshot.run(), partition, nowMs);
        conversation.left = saved;
        conversation.number = snapshot.number();
        conversation.after = snapshot.after();
        conversation.afterFrame = snapshot.after();
        add(conversation);
        deadlines.set(conversation, nowMs + RESUME_AFTER_MS);
    }

    private void resume(LiveConversation conversation, long gapMs, long nowMs) {
        SavedConversation left = Objects.requireNonNull(conversation.left);
        conversation.left = null;
        deadlines.clear(conversation);
        if (!sessions.open(conversation, left)) {
            refuse(conversation.run);
            remove(conversation, nowMs);
            return;
        }
        meters.resumed().increment();
        log.atInfo().addKeyValue("call", conversation.callId).addKeyValue("gap_ms", gapMs).log("conversation goes on");
        give(conversation, nowMs, new ConversationInput.Resumed(left, gapMs));
    }

    void alive(CallId callId) {
        LiveConversation conversation = live.get(callId);
        if (conversation != null) {
            conversation.quietSeconds = 0;
        }
    }

    void frame(MediaFrame frame, long nowMs) {
        LiveConversation to = live.get(frame.callId());
        if (to == null) {
            if (!ended.contains(frame.callId()) && !early.hold(frame, nowMs)) {
                meters.early().increment();
            }
            return;
        }
        if (frame.seq() <= to.afterFrame) {
            meters.repeated().increment();
            return;
        }
        to.afterFrame = frame.seq();
        to.after = Math.max(to.after, frame.seq());
        to.quietSeconds = 0;
        if (to.left != null) {
            resume(to, Math.max(0, nowMs - frame.atMs()), nowMs);
        }
        switch (frame) {
            case MediaFrame.Audio audio -> audio(to, audio, nowMs);
            case MediaFrame.Digit digit -> give(to, nowMs, new ConversationInput.DigitPressed(digit.digit()));
            case MediaFrame.MarkReached mark -> give(to, nowMs, new ConversationInput.MarkReached(mark.turn()));
            case MediaFrame.Played played ->
                    give(to, nowMs, new ConversationInput.Played(played.turn(), played.playedMs(), played.finished()));
        }
    }

    private void audio(LiveConversation to, MediaFrame.Audio audio, long nowMs) {
        if (nowMs - audio.atMs() > LATE_MS) {
            meters.late().increment();
            return;
        }
        to.heardFrames++;
        meters.heard().increment();
        if (engine(to).hears()) {
            give(to, nowMs, new ConversationInput.AudioHeard(audio));
        }
        if (to.speech != null) {
            for (ConversationInput input : to.speech.hear(audio)) {
                give(to, nowMs, input);
            }
        }
    }

    void reply(Mailbox.Posted posted, long nowMs) {
        if (!posted.to().closed) {
            give(posted.to(), nowMs, posted.reply());
        }
    }

    /// Calls back the conversations whose deadline has passed.
    void fire(long nowMs) {
        LiveConversation passed;
        while ((passed = deadlines.passed(nowMs)) != null) {
            if (passed.left != null) {
                resume(passed, Math.max(0, nowMs - passed.beganMs), nowMs);
            } else {
                give(passed, nowMs, new ConversationInput.DeadlinePassed());
            }
        }
    }

    /// Once a second, while Kafka answers.
    void second(long nowMs) {
        meters.early().increment(early.expire(nowMs));
        List<LiveConversation> lost = new ArrayList<>();
        for (LiveConversation conversation : live.values()) {
            if (++conversation.quietSeconds > limits.lostAfterSeconds()) {
                lost.add(conversation);
            }
        }
        for (LiveConversation conversation : lost) {
            log.atWarn().addKeyValue("call", conversation.callId).log("call has gone quiet, conversation given up");
            end(conversation.callId, nowMs);
        }
    }

    /// Of a call that has no conversation too: its run may be read later than its end.
    void end(CallId callId, long nowMs) {
        early.take(callId);
        ended.add(callId);
        LiveConversation conversation = live.get(callId);
        if (conversation != null) {
            give(conversation, nowMs, new ConversationInput.CallEnded());
            remove(conversation, nowMs);
        }
    }

    private void give(LiveConversation to, long nowMs, ConversationInput input) {
        try {
            effects.input(to, nowMs, input);
        } catch (RuntimeException bug) {
            meters.failed().increment();
            log.atError().addKeyValue("call", to.callId).setCause(bug).log("conversation is broken, closing the call");
            to.state = new Conversation.Ended(to.state.turn());
            deadlines.clear(to);
            commands.insist(to, SocketCommand.Close.because(to.callId, Failure.INTERNAL_ERROR, ""));
        }
        if (to.state instanceof Conversation.Ended) {
            release(to);
        }
    }

    private void add(LiveConversation conversation) {
        live.put(conversation.callId, conversation);
        size = live.size();
    }

    private void remove(LiveConversation conversation, long nowMs) {
        forget(conversation);
        events.forget(conversation);
        log.atInfo()
                .addKeyValue("call", conversation.callId)
                .addKeyValue("turns", conversation.state.turn())
                .addKeyValue("heard_frames", conversation.heardFrames)
                .addKeyValue("played_frames", conversation.playedFrames)
                .addKeyValue("lasted_ms", nowMs - conversation.beganMs)
                .log("conversation ends");
    }

    /// Drops a conversation without saying that it is over.
    private void forget(LiveConversation conversation) {
        conversation.closed = true;
        deadlines.clear(conversation);
        release(conversation);
        live.remove(conversation.callId);
        size = live.size();
    }

    private static void release(LiveConversation conversation) {
        if (conversation.session != null) {
            conversation.session.close();
        }
        if (conversation.speech != null) {
            conversation.speech.close();
            conversation.speech = null;
        }
    }

    /// Writes down the conversations of these partitions, so that whoever owns them next can go on.
    void save(IntPredicate partitions, long nowMs) {
        for (LiveConversation conversation : live.values()) {
            if (partitions.test(conversation.partition)) {
                events.save(conversation, nowMs);
            }
        }
    }

    /// Drops the conversations of all but these partitions: they are somebody else's now.
    void keepOnly(Set<Integer> partitions) {
        for (LiveConversation conversation : List.copyOf(live.values())) {
            if (!partitions.contains(conversation.partition)) {
                forget(conversation);
            }
        }
    }

    private static AgentEngine engine(LiveConversation of) {
        return Objects.requireNonNull(of.engine, "a conversation without an engine");
    }
}
