package io.agentstream.worker.service.wire;

import io.agentstream.audio.MuLaw;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.WellFormed;
import io.agentstream.worker.service.Mouth;
import io.agentstream.worker.service.ServiceFailure;
import io.agentstream.worker.service.Spoken;
import io.agentstream.worker.service.Usage;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A mouth whose voice speaks one piece at a time and blocks meanwhile: a virtual thread for each utterance speaks its pieces in order.
public final class PiecewiseMouth implements Mouth {

    private final int maxPieceCharacters;
    private final Supplier<Pieces> voice;
    private final Set<Speaking> utterances = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /// What speaks the pieces of one utterance, on its thread.
    public interface Pieces {

        /// Why nothing can be spoken at all; null where there is no reason.
        default @Nullable ServiceFailure refusal() {
            return null;
        }

        /// Speaks a piece, which is not blank, to its end.
        ///
        /// @return why it could not be; null where it was, or is not wanted any more. Where no audio came of a piece that is to be heard it was not
        @Nullable ServiceFailure speak(String piece, Out out);

        /// Whether a piece has something that is to be heard.
        default boolean sounds(String piece) {
            return Mouth.sounds(piece);
        }

        /// The piece that is being spoken is not wanted any more. Any thread.
        default void cancel() {}
    }

    /// Where the audio of a piece goes.
    public interface Out {

        /// Whether it is wanted still.
        boolean isOpen();

        /// @param muLaw nothing is told where it is empty
        /// @param begun is run before it is told
        /// @throws ServiceException where the utterance is longer than it may be
        void audio(byte[] muLaw, Runnable begun) throws ServiceException;
    }

    /// @param maxPieceCharacters longer texts are cut
    /// @param voice one for each utterance
    public PiecewiseMouth(int maxPieceCharacters, Supplier<Pieces> voice) {
        this.maxPieceCharacters = maxPieceCharacters;
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

    private final class Speaking implements Utterance, Out {

        /// A piece, or empty for the end.
        private final LinkedBlockingQueue<String> pieces = new LinkedBlockingQueue<>();
        private final Pieces speaker = voice.get();
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
            String rest = text;
            while (!rest.isEmpty()) {
                String piece = WellFormed.beginning(rest, maxPieceCharacters);
                rest = rest.substring(piece.length());
                if (!piece.isBlank()) {
                    pieces.add(piece);
                }
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
            end();
            speaker.cancel();
            utterances.remove(this);
        }

        @Override
        public Usage usage() {
            return Usage.spoken(characters.get(), audioBytes.get() / MuLaw.BYTES_PER_MS);
        }

        private void run() {
            try {
                ServiceFailure refusal = speaker.refusal();
                if (refusal != null) {
                    gate.tellLast(new Spoken.Failed(refusal, Usage.NONE));
                    return;
                }
                for (String piece = pieces.take(); !piece.isEmpty() && gate.isOpen(); piece = pieces.take()) {
                    ServiceFailure failure = spoken(piece);
                    if (failure != null) {
                        gate.tellLast(new Spoken.Failed(failure, usage()));
                        return;
                    }
                }
                gate.tellLast(new Spoken.Done(usage()));
            } catch (InterruptedException | RuntimeException wrong) { // ours: nobody may wait for a voice that does not come
                gate.tellLast(new Spoken.Failed(new ServiceFailure.Broken("our adapter"), usage()));
            } finally {
                utterances.remove(this);
            }
        }

        private @Nullable ServiceFailure spoken(String piece) {
            long before = audioBytes.get();
            ServiceFailure failure = speaker.speak(piece, this);
            boolean isMute = failure == null && audioBytes.get() == before && speaker.sounds(piece);
            return isMute && gate.isOpen() ? NO_AUDIO : failure;
        }

        @Override
        public boolean isOpen() {
            return gate.isOpen();
        }

        @Override
        public void audio(byte[] muLaw, Runnable begun) throws ServiceException {
            if (muLaw.length == 0) {
                return;
            }
            if (audioBytes.addAndGet(muLaw.length) > MAX_AUDIO_BYTES) {
                throw Broken.because("more audio than an utterance may have");
            }
            begun.run();
            gate.tell(new Spoken.Audio(Slice.of(muLaw)));
        }
    }
}
