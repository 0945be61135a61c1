package io.agentstream.calllog.timeline;

import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.ConversationEvent.Party;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the conversation told. Events of a worker that had lost the call are passed over, and so is what was written twice. One thread.
final class Dialogue {

    /// An end of speech is told so much later at most: it takes half a second of silence to know it.
    private static final long SPEECH_END_MS = 3_000;

    private final Tape tape;
    private final SocketAudio audio;
    private final long slowTurnMs;
    private int epoch;
    private long number;
    private ConversationEvent.@Nullable Interrupted cut;
    private int turns;
    private int agentTurns;
    private int firstAgentTurn;
    /// Whether the wait for the agent's first word is told already.
    private boolean isGreeted;
    private int interruptions;
    private int takeovers;
    private int keysAnswered;
    private @Nullable Integer waitingTurn;
    private long waitingSinceMs;
    private TimelineSummary.@Nullable SlowestTurn slowest;
    private final FaultList faults;
    private boolean hasBegun;

    Dialogue(Tape tape, SocketAudio audio, FaultList faults, long slowTurnMs) {
        this.tape = tape;
        this.audio = audio;
        this.faults = faults;
        this.slowTurnMs = slowTurnMs;
    }

    void take(ConversationEvent event) {
        if (!isNew(event)) {
            return;
        }
        if (!(event instanceof ConversationEvent.Said said && cut != null && said.turn() == cut.turn())) {
            settleCut(null);
        }
        long atMs = tape.at(event.at());
        Long after = event.after();
        switch (event) {
            case ConversationEvent.Began _ -> hasBegun = true;
            case ConversationEvent.TurnStarted e -> turnStarted(e, atMs);
            case ConversationEvent.Heard e -> heard(e, atMs);
            case ConversationEvent.Said e -> said(e, atMs);
            case ConversationEvent.Interrupted e -> {
                interruptions++;
                cut = e;
            }
            case ConversationEvent.NodeEntered e -> tape.put(new TimelineEntry.Node(atMs, null, after, e.node()));
            case ConversationEvent.ToolCalled e ->
                tape.put(new TimelineEntry.Tool(atMs, null, after, e.turn(), e.tool(), e.arguments(), e.result()));
            case ConversationEvent.Latency e -> latency(e, atMs);
            case ConversationEvent.HungUp e -> {
                waitingTurn = null;
                tape.put(new TimelineEntry.Lifecycle(atMs, null, after, "agent_hung_up", Map.of("end", lower(e.end()))));
            }
            case ConversationEvent.Used _ -> { } // what it cost is no part of what happened
            case ConversationEvent.Resumed e -> {
                takeovers++;
                tape.put(new TimelineEntry.Takeover(atMs, null, after, e.gapMs()));
            }
        }
    }

    private boolean isNew(ConversationEvent event) {
        Integer writers = event.epoch();
        int of = writers == null ? epoch : writers;
        if (of < epoch || (of == epoch && event.number() <= number)) {
            return false;
        }
        epoch = of;
        number = event.number();
        return true;
    }

    private void turnStarted(ConversationEvent.TurnStarted event, long atMs) {
        turns = Math.max(turns, event.turn());
        if (event.by() == Party.AGENT) {
            firstAgentTurn = agentTurns == 0 ? event.turn() : firstAgentTurn;
            agentTurns++;
            waitingTurn = null;
        }
        tape.put(new TimelineEntry.Turn(atMs, null, event.after(), event.turn(), event.by()));
    }

    private void heard(ConversationEvent.Heard event, long atMs) {
        Long speechMs = event.speechMs();
        long toMs = speechMs == null ? atMs : audio.callerUntilMs(atMs, SPEECH_END_MS);
        long fromMs = speechMs == null ? toMs : Math.max(0, toMs - speechMs);
        if (event.digit() != null) {
            keysAnswered++;
        }
        waitingTurn = event.turn();
        waitingSinceMs = toMs;
        tape.put(new TimelineEntry.Heard(
                atMs, null, event.after(), fromMs, toMs, event.turn(), speechMs, event.text(), event.digit()));
    }

    private void said(ConversationEvent.Said event, long atMs) {
        settleCut(event);
        Long begunMs = audio.agent().fromMs(event.turn());
        long fromMs = begunMs == null || begunMs > atMs ? Math.max(0, atMs - event.playedMs()) : begunMs;
        tape.put(new TimelineEntry.Said(
                atMs, null, event.after(), fromMs, Math.min(Math.max(fromMs, atMs), fromMs + event.playedMs()), event.turn(),
                textOf(event), event.playedMs(), event.whole(), event.stages()));
    }

    /// What was cut off is known once it is told what was said of it.
    private void settleCut(ConversationEvent.@Nullable Said said) {
        ConversationEvent.Interrupted was = cut;
        if (was == null) {
            return;
        }
        cut = null;
        Long sentMs = audio.agent().sentMs(was.turn());
        Long heardMs = said == null ? null : (Long) said.playedMs();
        Long unheardMs = sentMs == null || heardMs == null ? null : (Long) Math.max(0, sentMs - heardMs);
        tape.put(new TimelineEntry.Interruption(
                tape.at(was.at()), null, was.after(), was.turn(), heardMs, unheardMs,
                said == null || sentMs == null ? null : rest(textOf(said), said.playedMs(), sentMs)));
    }

    /// The words of a text that stand behind a share of its time.
    static @Nullable String rest(@Nullable String text, long heardMs, long sentMs) {
        if (text == null || sentMs <= 0) {
            return null;
        }
        int at = (int) Math.min(text.length(), Math.round((double) text.length() * heardMs / sentMs));
        int space = text.lastIndexOf(' ', at);
        return at >= text.length() ? "" : text.substring(space + 1);
    }

    private static @Nullable String textOf(ConversationEvent.Said said) {
        return said.text().isEmpty() ? null : said.text();
    }

    private void latency(ConversationEvent.Latency event, long atMs) {
        boolean isHeard = event.what().equals("first_played");
        Long heardMs = isHeard ? audio.agent().fromMs(event.turn()) : null;
        long whenMs = heardMs == null || heardMs > atMs ? atMs : heardMs; // it is told once something of it was played
        tape.put(new TimelineEntry.Latency(whenMs, null, event.after(), event.what(), event.turn(), event.ms()));
        if (isHeard && !(isGreeted && event.turn() == firstAgentTurn)) {
            waited(whenMs, event.turn(), event.ms());
        }
    }

    /// The agent's first word was waited for.
    void greeted(long atMs, long ms) {
        isGreeted = true;
        waited(atMs, null, ms);
    }

    /// An answer was waited for.
    ///
    /// @param turn null: the agent's first word
    private void waited(long atMs, @Nullable Integer turn, long ms) {
        if (slowest == null || ms > slowest.ms()) {
            slowest = new TimelineSummary.SlowestTurn(atMs, turn, ms);
        }
        if (ms > slowTurnMs) {
            faults.add(new TimelineSummary.Fault(SilentFault.SLOW_TURN, atMs, turn, ms));
        }
    }

    /// Nothing more comes: whoever waits for an answer has waited in vain.
    void end(long endMs) {
        settleCut(null);
        Integer turn = waitingTurn;
        if (turn != null && endMs - waitingSinceMs > slowTurnMs) {
            waited(endMs, turn, endMs - waitingSinceMs);
        }
        waitingTurn = null;
    }

    static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    boolean hasBegun() {
        return hasBegun;
    }

    int turns() {
        return turns;
    }

    int agentTurns() {
        return agentTurns;
    }

    int interruptions() {
        return interruptions;
    }

    int takeovers() {
        return takeovers;
    }

    /// Keys that the agent took, where nobody knows which were pressed.
    int keysAnswered() {
        return keysAnswered;
    }

    TimelineSummary.@Nullable SlowestTurn slowest() {
        return slowest;
    }
}
