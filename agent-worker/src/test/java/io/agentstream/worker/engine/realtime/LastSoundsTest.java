package io.agentstream.worker.engine.realtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.schemas.Slice;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LastSoundsTest {

    private final LastSounds sounds = new LastSounds();

    /// So many frames of 20 ms, each of which is its number.
    private void hear(int frames) {
        for (int n = 0; n < frames; n++) {
            byte[] frame = new byte[160];
            frame[0] = (byte) n;
            sounds.add(Slice.of(frame));
        }
    }

    @Test
    void areGivenFromALittleBeforeTheSpeechBegan() {
        hear(100);

        List<Slice> taken = sounds.take(200);

        assertEquals((200 + LastSounds.LEAD_MS) / 20, taken.size());
        assertEquals(99, taken.getLast().array()[0]);
        assertEquals(List.of(), sounds.take(200));
    }

    @Test
    void areNoMoreThanIsKept() {
        hear(1_000);

        assertEquals(LastSounds.MAX_MS / 20, sounds.take(60_000).size());
    }
}
