package io.agentstream.calllog.timeline;

import io.agentstream.audio.MuLaw;
import io.agentstream.calllog.CallEntry;
import io.agentstream.calllog.CallReading;
import io.agentstream.calllog.RecordedCall;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.ConversationEvent.Party;
import io.agentstream.schemas.DisconnectedBy;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.MediaFormat;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.schemas.Topics;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/// A call that a test tells, in the order of time; times are milliseconds since the accepted socket.
public final class ToldCall {

    public static final CallId CALL = CallId.of(RecordedCall.START_MS, 1, 2);
    public static final RunEvent.RunRef RUN = new RunEvent.RunRef(12, "WR-AGS-04182736", 3, 7, 3, 0);
    private static final byte[] TONE = tone();
    private static final byte[] SILENCE = silence();

    public final RecordedCall log = new RecordedCall();
    private TimelineLimits limits = TimelineLimits.DEFAULT;
    private long seq = 2;
    private long number = 1;
    private @Nullable Long firstPlayedMs;
    private long playedMs;
    private boolean isAgentSilent;

    public static Instant at(long ms) {
        return Instant.ofEpochMilli(RecordedCall.START_MS + ms);
    }

    private static byte[] tone() {
        short[] samples = new short[160];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = (short) (8_000 * Math.sin(2 * Math.PI * 440 * i / 8_000));
        }
        return MuLaw.encode(samples);
    }

    private static byte[] silence() {
        byte[] frame = new byte[160];
        Arrays.fill(frame, MuLaw.SILENCE);
        return frame;
    }

    public ToldCall limits(TimelineLimits newLimits) {
        limits = newLimits;
        return this;
    }

    /// From now on the agent sends silence.
    public ToldCall silentAgent() {
        isAgentSilent = true;
        return this;
    }

    static CallEvent offered() {
        return new CallEvent.Offered(
                CALL, 1, at(0), null, "cloudonix", "ab", 0, "192.0.2.7", "demo.cloudonix.net", null, "+15550100", "+15550199", null);
    }

    /// The socket is accepted, the run runs from 100 ms on, a worker has it at 120 ms.
    public void begin() {
        log.add(Topics.CALL_LIFECYCLE, 0, offered());
        decideAndBegin();
    }

    void decideAndBegin() {
        log.add(Topics.RUN_EVENTS, 40, new RunEvent.Created(CALL, 1, at(40), RUN));
        log.add(Topics.CALL_LIFECYCLE, 60, new CallEvent.Started(
                CALL, seq++, at(60), "st-1", "ca-1", "s-1", "demo.cloudonix.net", "+15550100", "+15550199", null, List.of(),
                MediaFormat.MULAW_8K, Map.of()));
        log.add(Topics.RUN_EVENTS, 100, new RunEvent.Running(
                CALL, seq - 1, at(100), RUN, MediaFormat.MULAW_8K, null, Json.MAPPER.createObjectNode(), "7:3"));
        tell(after -> new ConversationEvent.Began(CALL, number++, after, at(120), 1), 120);
    }

    long number() {
        return number++;
    }

    /// The conversation tells something; it has seen all that the socket brought.
    public void tell(LongFunction<ConversationEvent> event, long atMs) {
        log.add(Topics.CONVERSATION_EVENTS, atMs, event.apply(seq - 1));
    }

    public void callerFrame(long atMs, long timestampMs, boolean sound) {
        log.add(Topics.CALL_MEDIA, atMs, new MediaFrame.Audio(
                CALL, seq++, at(atMs).toEpochMilli(), timestampMs, Slice.of(sound ? TONE : SILENCE)));
    }

    /// Numbers that nobody bears.
    public void loseRecords(int count) {
        seq += count;
    }

    public void key(long atMs, char digit) {
        log.add(Topics.CALL_MEDIA, atMs, new MediaFrame.Digit(CALL, seq++, at(atMs).toEpochMilli(), digit));
    }

    /// The caller speaks, which is known 500 ms later.
    public void callerSpeaks(int turn, long fromMs, long ms) {
        frames(fromMs, ms, true);
        frames(fromMs + ms, 500, false);
        tell(after -> new ConversationEvent.TurnStarted(CALL, number++, after, at(fromMs + 200), turn, Party.CALLER, 1), fromMs + 200);
        tell(after -> new ConversationEvent.Heard(CALL, number++, after, at(fromMs + ms + 500), turn, null, null, ms, 1),
                fromMs + ms + 500);
    }

    /// Frames of the caller, each at the time at which it is due.
    public void frames(long fromMs, long ms, boolean sound) {
        for (long at = fromMs + 20; at <= fromMs + ms; at += 20) {
            callerFrame(at, at, sound);
        }
    }

    public void agentSays(int turn, long fromMs, long ms, String text) {
        send(turn, fromMs - 20, ms);
        tell(after -> new ConversationEvent.TurnStarted(CALL, number++, after, at(fromMs - 10), turn, Party.AGENT, 1), fromMs - 10);
        played(turn, fromMs, ms, ms);
        tell(after -> new ConversationEvent.Said(CALL, number++, after, at(fromMs + ms), turn, text, ms, true, 1), fromMs + ms);
    }

    /// An answer that was waited for.
    public void agentAnswers(int turn, long fromMs, long waitedMs, long ms, String text) {
        send(turn, fromMs - 20, ms);
        tell(after -> new ConversationEvent.TurnStarted(CALL, number++, after, at(fromMs - 10), turn, Party.AGENT, 1), fromMs - 10);
        played(turn, fromMs, ms, ms);
        tell(after -> new ConversationEvent.Latency(CALL, number++, after, at(fromMs + ms), turn, "first_played", waitedMs, 1),
                fromMs + ms);
        tell(after -> new ConversationEvent.Said(CALL, number++, after, at(fromMs + ms), turn, text, ms, true, 1), fromMs + ms);
    }

    /// The agent is cut off after `heardMs`.
    public void interrupted(int turn, long fromMs, long ms, long heardMs, String text) {
        send(turn, fromMs - 20, ms);
        tell(after -> new ConversationEvent.TurnStarted(CALL, number++, after, at(fromMs - 10), turn, Party.AGENT, 1), fromMs - 10);
        played(turn, fromMs, heardMs, heardMs);
        long cutMs = fromMs + heardMs;
        tell(after -> new ConversationEvent.Interrupted(CALL, number++, after, at(cutMs), turn, 1), cutMs);
        tell(after -> new ConversationEvent.Said(CALL, number++, after, at(cutMs), turn, text, heardMs, false, 1), cutMs);
    }

    public void send(int turn, long atMs, long ms) {
        byte[] audio = new byte[(int) ms * MuLaw.BYTES_PER_MS];
        for (int i = 0; i < audio.length; i++) {
            audio[i] = isAgentSilent ? MuLaw.SILENCE : TONE[i % TONE.length];
        }
        log.add(Topics.SOCKET_COMMANDS, atMs, new SocketCommand.Play(CALL, turn, 0, 160, Slice.of(audio), 1));
    }

    private void played(int turn, long fromMs, long ms, long allMs) {
        firstPlayedMs = firstPlayedMs == null ? fromMs : firstPlayedMs;
        playedMs += allMs;
        log.add(Topics.CALL_MEDIA, fromMs + ms, new MediaFrame.Played(
                CALL, seq++, at(fromMs + ms).toEpochMilli(), turn, allMs, true));
    }

    /// The caller hangs up.
    public void end(long atMs) {
        log.add(Topics.CALL_LIFECYCLE, atMs, new CallEvent.Ended(
                CALL, seq++, at(atMs), 1000, "", End.CALLER_HANGUP, null, null, null,
                firstPlayedMs == null ? null : at(firstPlayedMs), playedMs));
        log.add(Topics.RUN_EVENTS, atMs, new RunEvent.Completed(
                CALL, seq - 1, at(atMs), RUN, End.CALLER_HANGUP, 1000, atMs - 100, "0.01", DisconnectedBy.CALLER, "helped"));
        log.add(Topics.RUN_EVENTS, atMs, new RunEvent.HangUp(CALL, seq - 1, at(atMs + 30), RUN, true, 204, 1));
    }

    public List<TimelineEntry> timeline() throws IOException {
        List<TimelineEntry> entries = new ArrayList<>();
        read(new Timeline(CALL, limits, entries::add));
        return entries;
    }

    public TimelineSummary summary() throws IOException {
        Timeline timeline = new Timeline(CALL, limits, _ -> { });
        read(timeline);
        return timeline.summary();
    }

    private void read(Timeline timeline) throws IOException {
        try (CallReading reading = CallReading.open(log, CallReading.ALL, null)) {
            for (CallEntry entry = reading.next(); entry != null; entry = reading.next()) {
                timeline.take(entry);
            }
        }
        timeline.end();
    }
}
