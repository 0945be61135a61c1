package io.agentstream.worker.service.offline;

import io.agentstream.audio.voice.Voice;
import io.agentstream.schemas.Slice;
import io.agentstream.worker.service.Mouth;
import io.agentstream.worker.service.MouthService;
import io.agentstream.worker.service.MouthSettings;
import io.agentstream.worker.service.ServiceFailure;
import io.agentstream.worker.service.ServiceFailure.Refused;
import io.agentstream.worker.service.Spoken;
import io.agentstream.worker.service.Usage;
import io.agentstream.worker.service.wire.Gate;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Speaks with a voice of the process: no network, no key, English only. A virtual thread for each utterance; a piece that is being spoken
/// is spoken to its end, also where it is not wanted any more.
public final class OfflineMouths implements MouthService {

    private static final int BYTES_PER_MS = 8;

    private final Map<String, Voice> voices;
    private final String usualVoice;

    /// @param voices by name; they keep what was said often
    /// @param usualVoice one of them
    public OfflineMouths(Map<String, Voice> voices, String usualVoice) {
        this.voices = Map.copyOf(voices);
        this.usualVoice = usualVoice;
    }

    @Override
    public String name() {
        return "offline";
    }

    @Override
    public String usualModel() {
        return "";
    }

    @Override
    public String usualVoice() {
        return usualVoice;
    }

    @Override
    public Mouth open(MouthSettings settings) {
        return new OfflineMouth(voices.get(settings.voice()));
    }

    private static final class OfflineMouth implements Mouth {

        private final @Nullable Voice voice;
        private final Set<Speaking> utterances = ConcurrentHashMap.newKeySet();
        private volatile boolean closed;

        private OfflineMouth(@Nullable Voice voice) {
            this.voice = voice;
        }

        @Override
        public Utterance speak(Listener listener) {
            Speaking speaking = new Speaking(listener);
            utterances.add(speaking);
            if (closed) {
                speaking.cancel();
            } else {
                Thread.ofVirtual().name("service-mouth").start(speaking::run);
            }
            return speaking;
        }

        @Override
        public void close() {
            closed = true;
            utterances.forEach(Speaking::cancel);
        }

        private final class Speaking implements Utterance {

            /// A piece, or empty for the end.
            private final LinkedBlockingQueue<String> pieces = new LinkedBlockingQueue<>();
            private final Gate<Spoken> gate;
            private final AtomicLong characters = new AtomicLong();
            private final AtomicLong audioBytes = new AtomicLong();
            private volatile boolean ended;

            private Speaking(Listener listener) {
                gate = new Gate<>(listener::on);
            }

            @Override
            public boolean say(String text) {
                if (ended || !gate.isOpen() || characters.get() + text.length() > MAX_TEXT_CHARACTERS) {
                    return false;
                }
                characters.addAndGet(text.length());
                for (int at = 0; at < text.length(); at += Voice.MAX_TEXT_CHARS) {
                    pieces.add(text.substring(at, Math.min(text.length(), at + Voice.MAX_TEXT_CHARS)));
                }
                return true;
            }

            @Override
            public void end() {
                ended = true;
                pieces.add("");
            }

            @Override
            public void cancel() {
                gate.shut();
                ended = true;
                pieces.add("");
                utterances.remove(this);
            }

            @Override
            public Usage usage() {
                return Usage.spoken(characters.get(), audioBytes.get() / BYTES_PER_MS);
            }

            private void run() {
                try {
                    if (voice == null) {
                        gate.tellLast(new Spoken.Failed(new Refused("no such voice"), Usage.NONE));
                        return;
                    }
                    for (String piece = pieces.take(); !piece.isEmpty() && gate.isOpen(); piece = pieces.take()) {
                        byte[] muLaw = voice.speak(piece);
                        if (audioBytes.addAndGet(muLaw.length) > MAX_AUDIO_BYTES) {
                            throw new IllegalStateException("more audio than an utterance may have");
                        }
                        if (muLaw.length > 0) {
                            gate.tell(new Spoken.Audio(Slice.of(muLaw)));
                        }
                    }
                    gate.tellLast(new Spoken.Done(usage()));
                } catch (InterruptedException | RuntimeException wrong) { // the text may be in the message
                    gate.tellLast(new Spoken.Failed(new ServiceFailure.Broken("the voice"), usage()));
                } finally {
                    utterances.remove(this);
                }
            }
        }
    }
}
