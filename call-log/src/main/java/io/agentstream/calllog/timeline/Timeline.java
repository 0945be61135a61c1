package io.agentstream.calllog.timeline;

import io.agentstream.calllog.CallEntry;
import io.agentstream.calllog.CallEntry.Missing;
import io.agentstream.calllog.CallEntry.Why;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.schemas.Topics;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Makes the list of what happened in a call of the call's log, in one pass and in little memory, whether the call is over or goes on:
/// an entry is given on as soon as it is certain. Deterministic. One thread.
public final class Timeline {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final TimelineLimits limits;
    private final Tape tape;
    private final FaultList faults;
    private final SocketAudio audio;
    private final Dialogue dialogue;
    private final Story story;
    private final Set<TimelineSummary.MissingPart> gaps = new LinkedHashSet<>();
    private final Set<String> decided = new HashSet<>();
    private @Nullable Long introducedMs;
    private @Nullable Long runningMs;
    private @Nullable Long endedMs;
    private @Nullable Long firstPlayedMs;
    /// Whether the gateway said how much of the agent was heard, and whether that was anything.
    private boolean isPlayedKnown;
    private boolean isPlayed;
    private boolean isAnswered;
    private boolean isOver;

    /// @param callId whose it is
    /// @param taker gets each entry
    public Timeline(CallId callId, TimelineLimits limits, Consumer<TimelineEntry> taker) {
        this.limits = limits;
        this.tape = new Tape(callId.madeAtMs(), taker);
        this.faults = new FaultList(tape);
        this.audio = new SocketAudio(tape, limits);
        this.dialogue = new Dialogue(tape, audio, faults, limits.slowTurnMs());
        this.story = new Story(tape);
    }

    /// The next entry of the call's log.
    public void take(CallEntry entry) {
        switch (entry) {
            case CallEntry.Lifecycle(var _, CallEvent event) -> lifecycle(event);
            case CallEntry.Media(var _, var frame) -> {
                tape.reached(tape.at(frame.atMs()));
                audio.take(frame);
                answered(frame.seq());
            }
            case CallEntry.Decision(var _, RunEvent event) -> decision(event);
            case CallEntry.Conversation(var _, ConversationEvent event) -> conversation(event);
            case CallEntry.Command(var record, SocketCommand command) -> {
                audio.take(command);
                story.ordered(tape.at(record.timestampMs()), command);
            }
            case CallEntry.Unreadable(var record, String reason) -> tape.put(new TimelineEntry.Unreadable(
                    tape.at(record.timestampMs()), null, null, record.topic().name(), record.partition(), record.offset(), reason));
            case Missing missing -> missing(missing);
        }
    }

    private void lifecycle(CallEvent event) {
        if (event instanceof CallEvent.Offered offered) {
            tape.acceptedAt(offered.at());
        }
        long atMs = tape.at(event.at());
        tape.reached(atMs);
        switch (event) {
            case CallEvent.Offered e -> story.offered(e, atMs);
            case CallEvent.Started e -> {
                introducedMs = atMs;
                story.started(e, atMs);
                tape.put(new TimelineEntry.Latency(atMs, e.seq(), null, "introduction", null, atMs));
            }
            case CallEvent.Alive _ -> { } // that nothing is said of it means that it is
            case CallEvent.Ended e -> {
                Instant firstPlayed = e.firstPlayedAt();
                if (firstPlayed != null && audio.agent().firstHeardMs() == null) {
                    firstPlayedMs = tape.at(firstPlayed);
                }
                Long playedMs = e.playedMs();
                isPlayedKnown = playedMs != null;
                isPlayed = playedMs != null && playedMs > 0;
                endedMs = atMs;
                story.ended(e, atMs);
            }
        }
    }

    private void decision(RunEvent event) {
        if (event instanceof RunEvent.Erased) {
            return; // of a call that was over long ago, of which nothing is shown any more
        }
        long atMs = tape.at(event.at());
        tape.reached(atMs);
        if (!decided.add(name(event))) {
            return; // said again after a crash
        }
        story.decided(event, atMs);
        switch (event) {
            case RunEvent.Created e -> tape.put(new TimelineEntry.Latency(atMs, null, e.after(), "admission", null, atMs));
            case RunEvent.Running e -> {
                runningMs = atMs;
                audio.opened(atMs);
                Long since = introducedMs;
                if (since != null) {
                    tape.put(new TimelineEntry.Latency(atMs, null, e.after(), "proof", null, Math.max(0, atMs - since)));
                }
            }
            case RunEvent.Completed _, RunEvent.Failed _, RunEvent.HangUp _, RunEvent.Transferred _, RunEvent.Erased _ -> { } // the story has it
        }
    }

    /// What makes it that decision and no other, however often it is said.
    private static String name(RunEvent event) {
        return switch (event) {
            case RunEvent.Created _ -> "created";
            case RunEvent.Running _ -> "running";
            case RunEvent.Completed _ -> "completed";
            case RunEvent.Failed _ -> "failed";
            case RunEvent.HangUp e -> "hang_up " + e.at();
            case RunEvent.Transferred e -> "transferred " + e.at() + " " + e.key();
            case RunEvent.Erased _ -> "erased";
        };
    }

    private void conversation(ConversationEvent event) {
        long atMs = tape.at(event.at());
        tape.reached(atMs);
        boolean hadBegun = dialogue.hasBegun();
        dialogue.take(event);
        if (!hadBegun && dialogue.hasBegun()) {
            tape.put(new TimelineEntry.Lifecycle(atMs, null, event.after(), "conversation_began", Map.of()));
            Long since = runningMs;
            if (since != null) {
                tape.put(new TimelineEntry.Latency(atMs, null, event.after(), "conversation", null, Math.max(0, atMs - since)));
            }
        }
    }

    /// The caller hears the agent for the first time.
    private void answered(long seq) {
        Long heardMs = audio.agent().firstHeardMs();
        Long since = runningMs;
        if (isAnswered || heardMs == null) {
            return;
        }
        isAnswered = true;
        if (since != null) {
            long ms = Math.max(0, heardMs - since);
            tape.put(new TimelineEntry.Latency(heardMs, seq, null, "answer", null, ms));
            dialogue.greeted(heardMs, ms);
        }
    }

    private void missing(Missing missing) {
        boolean isNumbered = missing.firstSeq() > 0;
        gaps.add(new TimelineSummary.MissingPart(missing.topic(), missing.why()));
        if (missing.why() == Why.LOST && isNumbered && missing.topic().equals(Topics.CALL_MEDIA.name())) {
            audio.lostRecords(missing.lastSeq() - missing.firstSeq() + 1);
        }
        tape.put(new TimelineEntry.Gap(
                tape.at(missing.at()), null, null, missing.why(), missing.topic(), isNumbered ? missing.firstSeq() : null,
                isNumbered ? missing.lastSeq() : null));
    }

    /// Nothing more will come of the call: what waited for more is settled, and the call is judged where it is over.
    public void end() {
        if (isOver) {
            return;
        }
        isOver = true;
        Long closed = endedMs;
        long endMs = closed == null ? tape.newestMs() : closed;
        dialogue.end(endMs);
        audio.end(endMs);
        Long since = runningMs;
        if (since != null && story.isOver() && endMs - since >= limits.judgedFromMs()) {
            judge(endMs);
        }
    }

    private void judge(long endMs) {
        if (!has(Topics.CALL_MEDIA.name()) && audio.keys() == 0) {
            if (audio.frames().received() == 0) {
                fault(SilentFault.NO_CALLER_AUDIO, endMs);
            } else if (audio.isCallerAudible() && !audio.isCallerLoud()) {
                fault(SilentFault.CALLER_SILENT, endMs);
            }
        }
        if (has(Topics.SOCKET_COMMANDS.name())) {
            if (isPlayedKnown && !isPlayed && dialogue.agentTurns() == 0) {
                fault(SilentFault.AGENT_NEVER_ANSWERED, endMs);
            }
        } else if (!audio.agent().isSent()) {
            if (!isPlayed) {
                fault(SilentFault.AGENT_NEVER_ANSWERED, endMs);
            }
        } else if (isPlayedKnown ? !isPlayed : audio.agent().firstHeardMs() == null) {
            fault(SilentFault.AGENT_UNHEARD, endMs);
        } else if (audio.agent().isSilent()) {
            fault(SilentFault.AGENT_SILENT, endMs);
        }
    }

    /// Whether something of a topic is missing, so that nothing can be said of what it would tell.
    private boolean has(String topic) {
        return gaps.stream().anyMatch(gap -> gap.topic().equals(topic) && gap.why() != Why.LOST);
    }

    private void fault(SilentFault fault, long atMs) {
        faults.add(new TimelineSummary.Fault(fault, atMs, null, null));
    }

    /// Whether the socket is closed or the run decided; some may come behind it.
    public boolean isOver() {
        return story.isOver();
    }

    /// Of what was taken so far.
    public TimelineSummary summary() {
        Long closed = endedMs;
        Long since = runningMs;
        long untilMs = closed == null ? tape.newestMs() : closed;
        Long heardMs = audio.agent().firstHeardMs();
        boolean isMediaHere = !has(Topics.CALL_MEDIA.name());
        return new TimelineSummary(
                TIME.format(Instant.ofEpochMilli(tape.acceptedMs())),
                untilMs,
                since == null ? null : (Long) Math.max(0, untilMs - since),
                story.end(),
                story.failure(),
                story.closeCode(),
                story.disconnectedBy(),
                story.outcome(),
                heardMs == null ? firstPlayedMs : heardMs,
                dialogue.turns(),
                dialogue.interruptions(),
                isMediaHere ? audio.keys() : Math.max(audio.keys(), dialogue.keysAnswered()),
                dialogue.takeovers(),
                dialogue.slowest(),
                since == null || !isMediaHere ? null : audio.talk(),
                isMediaHere ? audio.longestSilence() : null,
                audio.frames(),
                faults.isOneWay(),
                faults.found(),
                List.copyOf(gaps));
    }
}
