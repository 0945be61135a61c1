package io.agentstream.audio.voice;

import com.sun.speech.freetts.ProcessException;
import io.agentstream.audio.MuLaw;
import io.agentstream.audio.Resampler;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The offline voice: FreeTTS's kevin16, brought to telephone rate and loudness. Needs no file and no property.
///
/// Any thread; one text is synthesized at a time, some hundred times faster than it is spoken, while at most [#MAX_WAITING] others wait. The
/// voice is loaded by `warmUp` or by the first `speak`, and kept.
public final class FreeTtsVoice implements Voice {

    private static final Logger LOG = LoggerFactory.getLogger(FreeTtsVoice.class);

    /// Longer than a whole queue of the longest texts should ever need.
    private static final long MAX_WAIT_SECONDS = 30;

    /// Callers that wait for their turn; one more is told at once that the voice is busy.
    static final int MAX_WAITING = 128;

    private final Resampler toTelephone = Resampler.of(KevinSynthesizer.SAMPLE_RATE_HZ, MuLaw.SAMPLE_RATE_HZ);
    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by the lock.
    private @Nullable KevinSynthesizer synthesizer;

    @Override
    public byte[] speak(String text) {
        return speak(text, () -> true);
    }

    @Override
    public byte[] speak(String text, BooleanSupplier wanted) {
        Voice.checkLength(text);
        String speakable = SpeakableText.of(text);
        if (speakable.isEmpty() || !wanted.getAsBoolean()) {
            return new byte[0];
        }
        return MuLaw.encode(Mastering.master(toTelephone.resample(synthesize(speakable, wanted))));
    }

    /// At FreeTTS's own rate. A text that it stumbles over is silence: a call goes on without it.
    private short[] synthesize(String speakable, BooleanSupplier wanted) {
        lockInTime();
        try {
            if (!wanted.getAsBoolean()) { // any more: others wait
                return new short[0];
            }
            KevinSynthesizer kevin = synthesizer;
            if (kevin == null) {
                kevin = new KevinSynthesizer();
                synthesizer = kevin;
            }
            try {
                return kevin.synthesize(speakable).samples();
            } catch (ProcessException | RuntimeException failure) {
                // What a stumble leaves behind is unknown: the next text gets a new one. The text stays out of the log.
                synthesizer = null;
                LOG.warn("FreeTTS could not speak a text of {} characters", speakable.length(), failure);
                return new short[0];
            }
        } finally {
            lock.unlock();
        }
    }

    /// How many wait for their turn.
    int waiting() {
        return lock.getQueueLength();
    }

    private void lockInTime() {
        if (waiting() >= MAX_WAITING) {
            throw new VoiceException("more than " + MAX_WAITING + " texts wait for the voice");
        }
        try {
            if (!lock.tryLock(MAX_WAIT_SECONDS, TimeUnit.SECONDS)) {
                throw new VoiceException("the voice was busy for " + MAX_WAIT_SECONDS + " s");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new VoiceException("interrupted while the voice was busy", interrupted);
        }
    }
}
