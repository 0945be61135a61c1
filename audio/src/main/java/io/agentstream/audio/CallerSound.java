package io.agentstream.audio;

/// Listens to one caller: when the caller speaks, and which keys are pressed that can only be heard. Owns native memory until `close`. One thread
/// at a time.
///
/// The voice is the caller's where it has a pitch, which coughs, knocks, hiss and music have not, and where it is about as loud as the caller was
/// before: what is much quieter is somebody else in the room. So speech is known some frames after its first sound, and told with when it
/// began: mostly after 100 ms, and after 200 ms where a word begins with an s, which has no pitch.
public final class CallerSound implements AutoCloseable {

    /// Takes what is heard, in order, while `hear` runs.
    public interface Listener {

        /// Speech begins, or has ended.
        void speech(SpeechEvent event);

        /// A key is pressed.
        void key(char key);
    }

    /// How alike to itself a frame has to be ([PitchDetector]) to have a pitch. Of the newest ones two make a sound a voice, and one does that is more alike than
    /// any of a cough, or that comes behind a sibilant, since noise does not turn into a tone.
    private static final double PITCHED = 0.6;
    private static final double CLEARLY_PITCHED = 0.75;
    private static final int PITCHED_FRAMES = 2;
    private static final int NEWEST = (1 << 10) - 1;

    /// How often a frame of a sibilant crosses zero. A vowel does so half as often, and a cough.
    private static final int SIBILANT_CROSSINGS = 65;
    private static final int SIBILANT_FRAMES = 3;

    /// How much quieter than the caller somebody else is, in dB.
    private static final double FAR_DB = 22;

    /// What is quieter than that is nobody who calls.
    private static final double FAINT_DB = -50;

    /// By how much the caller's loudness is taken to be less with each frame in which somebody speaks, and it is not the caller: 2 dB a second.
    private static final double FADING_DB = 0.04;

    /// How fast it follows the caller, upwards and downwards.
    private static final double RISES = 0.3;
    private static final double FALLS = 0.005;

    /// Speech is taken to have begun at most that long before it is known, whatever noise was there before it.
    private static final long MAX_ONSET_MS = 300;

    /// Who has spoken and goes on before that is known to by less: it was a pause. Longer than any that a turn may have.
    private static final long GOES_ON_MS = 2_500;

    private static final SpeechSegmenter BEGINS = new SpeechSegmenter(SpeechSegmenter.Parameters.STRETCHES);
    private static final SpeechSegmenter GOES_ON = new SpeechSegmenter(SpeechSegmenter.Parameters.FURTHER);

    private final VoiceActivityDetector detector = VoiceActivityDetector.open();
    private final VoiceActivityDetector.Listener frames = this::frame;
    private final PitchDetector pitch = new PitchDetector();
    private final ToneDetector tones = new ToneDetector();
    private final Listener listener;
    private SpeechSegmenter.State state = SpeechSegmenter.State.SILENT;
    /// One bit for each frame, the newest lowest, set where it has a pitch; where that is enough; and where it may be an s.
    private int pitched;
    private int clearly;
    private int sibilant;
    private boolean told;
    private long stoppedMs = Long.MIN_VALUE / 2;
    private double callerDb = FAINT_DB;

    public CallerSound(Listener listener) {
        this.listener = listener;
    }

    /// Takes a piece of 8 kHz mu-law, as [VoiceActivityDetector#hear] does.
    public void hear(byte[] muLaw, int offset, int length, long atMs) {
        detector.hear(muLaw, offset, length, atMs, frames);
    }

    /// Whether the caller is speaking.
    public boolean speaking() {
        return told;
    }

    /// When the caller was heard last, while speaking.
    public long lastVoicedMs() {
        return state.lastVoicedMs();
    }

    /// Takes it that what was being said is over.
    public void stop() {
        state = SpeechSegmenter.State.SILENT;
        told = false;
        pitched = 0;
        clearly = 0;
        sibilant = 0;
    }

    private void frame(boolean speech, long endMs) {
        short[] frame = detector.frame();
        double db = db(frame);
        pitch.hear(frame);
        char key = tones.hear(frame, db > FAINT_DB);
        if (key != ToneDetector.NONE) {
            listener.key(key);
        }
        boolean sounds = speech && db > FAINT_DB && !tones.sounds();
        boolean near = sounds && db > callerDb - FAR_DB;
        if (sounds) {
            follow(db, near);
        }
        remember(frame, near && !told);
        boolean further = endMs - stoppedMs <= GOES_ON_MS;
        state = (further ? GOES_ON : BEGINS).step(state, near, endMs);
        if (state.event() instanceof SpeechEvent.Stopped stopped) {
            if (told) {
                told = false;
                stoppedMs = stopped.atMs();
                listener.speech(stopped);
            }
        } else if (state.speaking() && !told && (further || isVoice())) {
            told = true;
            listener.speech(new SpeechEvent.Started(Math.max(state.beganMs(), endMs - MAX_ONSET_MS)));
        }
    }

    private void remember(short[] frame, boolean isLookedAt) {
        double alike = isLookedAt ? pitch.likeness() : 0;
        boolean isClear = alike >= CLEARLY_PITCHED || (alike >= PITCHED && Integer.bitCount(sibilant & NEWEST) >= SIBILANT_FRAMES);
        pitched = (pitched << 1) | (alike >= PITCHED ? 1 : 0);
        clearly = (clearly << 1) | (isClear ? 1 : 0);
        sibilant = (sibilant << 1) | (isLookedAt && crossings(frame) >= SIBILANT_CROSSINGS ? 1 : 0);
    }

    private boolean isVoice() {
        return (clearly & NEWEST) != 0 || Integer.bitCount(pitched & NEWEST) >= PITCHED_FRAMES;
    }

    private static int crossings(short[] frame) {
        int crossings = 0;
        for (int i = 1; i < frame.length; i++) {
            crossings += frame[i - 1] >= 0 == frame[i] >= 0 ? 0 : 1;
        }
        return crossings;
    }

    private void follow(double db, boolean near) {
        if (told && near) {
            callerDb += (db - callerDb) * (db > callerDb ? RISES : FALLS);
        } else if (!near) {
            callerDb -= FADING_DB;
        }
    }

    private static double db(short[] frame) {
        long energy = 1;
        for (short sample : frame) {
            energy += (long) sample * sample;
        }
        return 10 * Math.log10(energy / (frame.length * 32_768.0 * 32_768.0));
    }

    @Override
    public void close() {
        detector.close();
    }
}
