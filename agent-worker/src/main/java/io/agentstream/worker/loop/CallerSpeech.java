package io.agentstream.worker.loop;

import io.agentstream.agents.conversation.ConversationInput;
import io.agentstream.audio.CallerSound;
import io.agentstream.audio.MuLaw;
import io.agentstream.audio.SpeechEvent;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.Slice;
import java.util.ArrayList;
import java.util.List;

/// Finds out when the caller of one conversation speaks, and which keys the caller presses. Owns native memory until `close`. Only the loop.
///
/// Time is the audio's own. The provider's timestamps show where audio is missing, but are believed only as far as they go
/// forward, and by [#MAX_JUMP_MS] at once: they come from outside.
final class CallerSpeech implements CallerSound.Listener, AutoCloseable {

    static final long MAX_JUMP_MS = 10_000;

    /// Nothing came for so long in the middle of speech: the caller has muted the telephone, or its network has stopped. The
    /// speech is over; a stall of Kafka that lasts longer only splits it in two.
    static final long QUIET_MS = 900;

    private final CallerSound sound = new CallerSound(this);
    private final CallerKeys keys = new CallerKeys();
    private final List<ConversationInput> found = new ArrayList<>(2);
    private boolean begun;
    private long firstTimestampMs;
    private long clockMs;
    private long speechBeganMs;
    private long heardAtMs;

    /// Whether the caller was speaking when the audio stopped coming.
    boolean isQuiet(long nowMs) {
        return sound.speaking() && nowMs - heardAtMs >= QUIET_MS;
    }

    /// Ends the speech of a caller of whom nothing comes any more.
    ConversationInput stop(long nowMs) {
        long lastVoicedMs = sound.lastVoicedMs();
        sound.stop();
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
        sound.hear(payload.array(), payload.offset(), payload.length(), atMs);
        if (found.isEmpty()) {
            return List.of();
        }
        List<ConversationInput> inputs = List.copyOf(found);
        found.clear();
        return inputs;
    }

    /// Whether a key that the provider tells counts: it may have been heard already.
    boolean counts(char key, long nowMs) {
        return keys.told(key, nowMs);
    }

    @Override
    public void speech(SpeechEvent event) {
        switch (event) {
            case SpeechEvent.Started started -> {
                speechBeganMs = started.atMs();
                found.add(new ConversationInput.SpeechStarted(Math.max(0, clockMs - started.atMs())));
            }
            case SpeechEvent.Stopped stopped -> found.add(new ConversationInput.SpeechStopped(
                    Math.max(0, stopped.atMs() - speechBeganMs), Math.max(0, clockMs - stopped.atMs())));
            case SpeechEvent.None none -> { }
        }
    }

    @Override
    public void key(char key) {
        if (keys.heard(key, heardAtMs)) {
            found.add(new ConversationInput.DigitPressed(key));
        }
    }

    @Override
    public void close() {
        sound.close();
    }
}
