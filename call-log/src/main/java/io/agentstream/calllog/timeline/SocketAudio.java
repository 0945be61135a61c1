package io.agentstream.calllog.timeline;

import io.agentstream.audio.Loudness;
import io.agentstream.audio.MuLaw;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.SocketCommand;
import org.jspecify.annotations.Nullable;

/// What the socket brought and what was sent to it. One thread.
final class SocketAudio {

    private final Tape tape;
    private final FrameWatch frames = new FrameWatch();
    private final Sounds sounds;
    private final AgentAudio agent;
    private int keys;
    private boolean isSealed;
    private boolean isCallerLoud;
    private TimelineSummary.@Nullable LongestSilence longest;

    SocketAudio(Tape tape, TimelineLimits limits) {
        this.tape = tape;
        this.sounds = new Sounds((fromMs, toMs) -> {
            long ms = toMs - fromMs;
            if (ms > limits.silenceMs()) {
                tape.put(new TimelineEntry.Silence(toMs, null, null, fromMs, ms));
                longest = longest == null || ms > longest.ms() ? new TimelineSummary.LongestSilence(fromMs, ms) : longest;
            }
        });
        this.agent = new AgentAudio(sounds);
    }

    void take(MediaFrame frame) {
        long atMs = tape.at(frame.atMs());
        switch (frame) {
            case MediaFrame.Audio audio -> {
                long lengthMs = audio.payload().length() / MuLaw.BYTES_PER_MS;
                arrived(frame.seq(), atMs, audio.timestampMs(), lengthMs);
                if (Loudness.isSound(audio.payload().array(), audio.payload().offset(), audio.payload().length())) {
                    isCallerLoud = true;
                    sounds.caller(Math.max(0, atMs - lengthMs), atMs);
                }
            }
            case MediaFrame.SealedAudio audio -> {
                isSealed = true;
                arrived(frame.seq(), atMs, audio.timestampMs(), lengthMs(audio));
            }
            case MediaFrame.Digit digit -> {
                keys++;
                tape.put(new TimelineEntry.Key(atMs, frame.seq(), null, String.valueOf(digit.digit())));
            }
            case MediaFrame.SealedDigit _ -> {
                keys++;
                tape.put(new TimelineEntry.Key(atMs, frame.seq(), null, null));
            }
            case MediaFrame.Played played -> agent.played(played.turn(), played.playedMs(), atMs);
            case MediaFrame.Playing playing ->
                agent.playing(playing.turn(), playing.fromByte(), tape.at(playing.startsAtUs() / 1_000));
            case MediaFrame.MarkReached _, MediaFrame.Silence _ -> { } // what was played says what was heard until then
        }
        sounds.until(atMs);
    }

    private static long lengthMs(MediaFrame.SealedAudio audio) {
        int sealing = 12 + 16; // nonce and tag
        return Math.max(0, audio.sealed().length() - sealing) / MuLaw.BYTES_PER_MS;
    }

    private void arrived(long seq, long atMs, long timestampMs, long lengthMs) {
        TimelineEntry.Frames over = frames.frame(seq, atMs, timestampMs, lengthMs);
        if (over != null) {
            tape.put(over);
        }
    }

    void take(SocketCommand command) {
        switch (command) {
            case SocketCommand.Play play -> agent.sent(play);
            case SocketCommand.SealedPlay _ -> agent.sentSealed();
            case SocketCommand.Admit _, SocketCommand.Open _, SocketCommand.Clear _, SocketCommand.Mark _, SocketCommand.Finish _,
                    SocketCommand.Close _ -> { } // told by what they led to, or by the lifecycle
        }
    }

    void lostRecords(long count) {
        frames.lostRecords(count);
    }

    /// The call talks from now on.
    void opened(long atMs) {
        sounds.opened(atMs);
    }

    /// Nothing more comes.
    void end(long endMs) {
        TimelineEntry.Frames last = frames.end();
        if (last != null) {
            tape.put(last);
        }
        sounds.end(endMs);
    }

    AgentAudio agent() {
        return agent;
    }

    /// When the caller's newest sound before `atMs` was over; `atMs` where it was long before.
    long callerUntilMs(long atMs, long withinMs) {
        long untilMs = sounds.callerUntilMs();
        return untilMs <= atMs && atMs - untilMs <= withinMs ? untilMs : atMs;
    }

    int keys() {
        return keys;
    }

    /// Whether the caller's audio can be listened to.
    boolean isCallerAudible() {
        return !isSealed;
    }

    boolean isCallerLoud() {
        return isCallerLoud;
    }

    TimelineSummary.Frames frames() {
        return frames.summary();
    }

    TimelineSummary.Talk talk() {
        return new TimelineSummary.Talk(
                isSealed ? null : (Long) sounds.callerMs(), sounds.agentMs(), isSealed ? null : (Long) sounds.silenceMs());
    }

    TimelineSummary.@Nullable LongestSilence longestSilence() {
        return isSealed ? null : longest;
    }
}
