package io.agentstream.worker.service.offline;

import io.agentstream.audio.voice.Voice;
import io.agentstream.audio.voice.VoiceException;
import io.agentstream.worker.service.Mouth;
import io.agentstream.worker.service.MouthService;
import io.agentstream.worker.service.MouthSettings;
import io.agentstream.worker.service.ServiceFailure;
import io.agentstream.worker.service.ServiceFailure.Refused;
import io.agentstream.worker.service.wire.PiecewiseMouth;
import io.agentstream.worker.service.wire.PiecewiseMouth.Out;
import io.agentstream.worker.service.wire.PiecewiseMouth.Pieces;
import io.agentstream.worker.service.wire.ServiceException;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Speaks with a voice of the process: no network, no key, English only. A virtual thread for each utterance; a piece that is being spoken
/// is spoken to its end, also where it is not wanted any more; one that waits is not.
public final class OfflineMouths implements MouthService {

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
        Voice voice = voices.get(settings.voice());
        return new PiecewiseMouth(Voice.MAX_TEXT_CHARS, () -> new OfflinePieces(voice));
    }

    /// @param voice null where there is none of the name that was asked for
    private record OfflinePieces(@Nullable Voice voice) implements Pieces {

        @Override
        public @Nullable ServiceFailure refusal() {
            return voice == null ? new Refused("no such voice") : null;
        }

        /// A voice of ours leaves out what it cannot speak, another script or a word that it stumbles over, and says by an exception where it has failed:
        /// that is nothing for this voice, and the call goes on without it.
        @Override
        public boolean sounds(String piece) {
            return false;
        }

        @Override
        public @Nullable ServiceFailure speak(String piece, Out out) {
            try {
                out.audio(Objects.requireNonNull(voice).speak(piece, out::isOpen), () -> {});
                return null;
            } catch (VoiceException busy) {
                return new ServiceFailure.Busy(0);
            } catch (ServiceException | RuntimeException wrong) { // the text may be in the message
                return new ServiceFailure.Broken("the voice");
            }
        }
    }
}
