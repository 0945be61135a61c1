package io.agentstream.worker.loop;

import io.agentstream.audio.MuLaw;
import io.agentstream.audio.voice.FreeTtsVoice;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.schemas.Topics;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;

/// The telephone of a call in partition 0, for whichever worker holds it.
final class LoopCaller {

    private static final int FRAME_BYTES = 160;
    private static final int FRAME_MS = 20;

    /// A second and a half, which ends a turn.
    private static final int SILENCE_BYTES = 12_000;

    final CallId call;
    /// Of the call's next record.
    long seq = 10;
    private long timestampMs;
    private final int silenceBytes;

    LoopCaller(CallId call) {
        this(call, SILENCE_BYTES);
    }

    /// @param silenceBytes behind what it says
    LoopCaller(CallId call, int silenceBytes) {
        this.call = call;
        this.silenceBytes = silenceBytes;
    }

    static List<SocketCommand.Mark> marks(LoopFixture from) {
        return from.commands().stream().filter(SocketCommand.Mark.class::isInstance).map(SocketCommand.Mark.class::cast).toList();
    }

    /// The caller hears what was sent, up to its mark.
    void hears(LoopFixture from, int marks) {
        from.workUntil(() -> marks(from).size() == marks);
        from.nowMs.addAndGet(1_000);
        int turn = marks(from).getLast().turn();
        from.arrive(Topics.CALL_MEDIA, 0, call, new MediaFrame.MarkReached(call, seq++, from.nowMs.get(), turn, "turn-" + turn));
        from.work();
    }

    void says(LoopFixture to, String words) {
        says(to, words, () -> false);
    }

    /// @param isEnough whether no more of it, or of the silence behind it, is sent
    void says(LoopFixture to, String words, BooleanSupplier isEnough) {
        byte[] speech = new FreeTtsVoice().speak(words);
        byte[] audio = Arrays.copyOf(speech, speech.length + silenceBytes);
        Arrays.fill(audio, speech.length, audio.length, MuLaw.SILENCE);
        for (int n = 0; (n + 1) * FRAME_BYTES <= audio.length && !isEnough.getAsBoolean(); n++) {
            to.nowMs.addAndGet(FRAME_MS);
            timestampMs += FRAME_MS;
            to.arrive(Topics.CALL_MEDIA, 0, call, new MediaFrame.Audio(
                    call, seq++, to.nowMs.get(), timestampMs, new Slice(audio, n * FRAME_BYTES, FRAME_BYTES)));
            to.loop.work();
        }
    }
}
