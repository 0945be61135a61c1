package io.agentstream.worker.loop;

import io.agentstream.agents.conversation.ConversationInput;
import io.agentstream.audio.MuLaw;
import io.agentstream.audio.SpeechEvent;
import io.agentstream.audio.SpeechSegmenter;
import io.agentstream.audio.VoiceActivityDetector;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.Slice;
import java.util.ArrayList;
import java.util.List;

/// Finds out when the caller of one conversation speaks. Owns native memory until `close`. Only the loop.
///
/// Time is the audio's own. The provider's timestamps show where audio is missing, but are believed only as far as they go
/// forward, and by [#MAX_JUMP_MS] at once: they come from outside.
final class CallerSpeech implements VoiceActivityDetector.Listener, AutoCloseable {

    static final long MAX_JUMP_MS = 10_000;

    /// Nothing came for so long in the middle of speech: the caller has muted the telephone, or its network has stopped. The
    /// speech is over; a stall of Kafka that lasts longer only splits it in two.
    static final long QUIET_MS = 900;

    private static final SpeechSegmenter SEGMENTER = new SpeechSegmenter(SpeechSegmenter.Parameters.DEFAULT);

    private final VoiceActivityDetector detector = VoiceActivityDetector.open();
    private final List<SpeechEvent> found = new ArrayList<>(2);
    private SpeechSegmenter.State state = SpeechSegmenter.State.SILENT;
    private boolean begun;
    private long firstTimestampMs;
    private long clockMs;
    private long speechBeganMs;
    private long heardAtMs;

    /// Whether the caller was speaking when the audio stopped coming.
    boolean isQuiet(long nowMs) {
        return state.speaking() && nowMs - heardAtMs >= QUIET_MS;
    }

    /// Ends the speech of a caller of whom nothing comes any more.
    ConversationInput stop(long nowMs) {
        long lastVoicedMs = state.lastVoicedMs();
        state = SpeechSegmenter.State.SILENT;
        return new ConversationInput.SpeechStopped(
                Math.max(0, lastVoicedMs - speechBeganMs), Math.max(0, nowMs - heardAtMs + clockMs - lastVoicedMs));
    }

    /// What a frame says about the caller; mostly nothing.
    ///
    /// @param nowMs when it was read, by the loop's clock
    List<ConversationInput> hear(MediaFrame.Audio frame, long nowMs) {
        heardAtMs = nowMs;
        if (!begun) {
            begun = true;
            firstTimestampMs = frame.timestampMs();
        }
        Slice payload = frame.payload();
        long atMs = Math.clamp(frame.timestampMs() - firstTimestampMs, clockMs, clockMs + MAX_JUMP_MS);
        clockMs = atMs + payload.length() / MuLaw.BYTES_PER_MS;
        detector.hear(payload.array(), payload.offset(), payload.length(), atMs, this);
        if (found.isEmpty()) {
            return List.of();
        }
        List<ConversationInput> inputs = new ArrayList<>(found.size());
        for (SpeechEvent event : found) {
            switch (event) {
                case SpeechEvent.Started started -> {
                    speechBeganMs = started.atMs();
                    inputs.add(new ConversationInput.SpeechStarted(Math.max(0, clockMs - started.atMs())));
                }
                case SpeechEvent.Stopped stopped -> inputs.add(new ConversationInput.SpeechStopped(
                        Math.max(0, stopped.atMs() - speechBeganMs), Math.max(0, clockMs - stopped.atMs())));
                case SpeechEvent.None none -> { }
            }
        }
        found.clear();
        return inputs;
    }

    @Override
    public void frame(boolean speech, long endMs) {
        state = SEGMENTER.step(state, speech, endMs);
        if (!(state.event() instanceof SpeechEvent.None)) {
            found.add(state.event());
        }
    }

    @Override
    public void close() {
        detector.close();
    }
}
