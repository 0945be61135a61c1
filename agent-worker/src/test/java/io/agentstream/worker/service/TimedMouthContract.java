package io.agentstream.worker.service;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/// What every mouth keeps whose service tells when its words are spoken.
public abstract class TimedMouthContract extends MouthContract {

    /// The service tells each word of the next text so many times.
    protected abstract void babbles(int times);

    @Test
    void ofMoreWordsThanATextMayHaveNoneAreTold() {
        babbles(5_000);
        Mouth mouth = mouth(Given.PATIENCE);

        Mouth.Utterance utterance = mouth.speak(told::on);
        utterance.say("Hello there you.");
        utterance.end();

        told.await(Spoken.Done.class);
        assertEquals(16 * 80, audioBytes(told));
        assertEquals(List.of(), told.all(Spoken.Words.class));
        mouth.close();
    }
}
