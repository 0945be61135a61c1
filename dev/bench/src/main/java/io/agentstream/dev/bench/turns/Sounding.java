package io.agentstream.dev.bench.turns;

import io.agentstream.agents.conversation.ConversationInput;
import io.agentstream.audio.CallerSound;
import io.agentstream.audio.MuLaw;
import io.agentstream.audio.SpeechEvent;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;

/// What workers hear on a line, as the machine of a conversation is told it; each line is listened to once. Scenes of one call are heard by one
/// pair of ears. One thread.
final class Sounding {

    /// @param atMs how much of the line had been heard
    record Heard(long atMs, ConversationInput input) {}

    private final IdentityHashMap<Scene, List<Heard>> heard = new IdentityHashMap<>();

    /// @param scenes all that there are, in order
    Sounding(List<Scene> scenes) {
        Ears ears = new Ears();
        int call = 0;
        for (Scene scene : scenes) {
            if (scene.call() == 0 || scene.call() != call) {
                ears.sound.close();
                ears = new Ears();
                call = scene.call();
            }
            heard.put(scene, ears.listen(scene));
        }
        ears.sound.close();
    }

    List<Heard> of(Scene scene) {
        return heard.getOrDefault(scene, List.of());
    }

    /// Keys that are heard in what holds none, and in what does.
    long keys() {
        return heard.values().stream().flatMap(List::stream).filter(each -> each.input() instanceof ConversationInput.DigitPressed).count();
    }

    /// Listens to a scene, and does nothing with it.
    static int listen(Scene scene) {
        Ears ears = new Ears();
        int found = ears.listen(scene).size();
        ears.sound.close();
        return found;
    }

    private static final class Ears implements CallerSound.Listener {
        private final CallerSound sound = new CallerSound(this);
        private List<Heard> found = new ArrayList<>();
        private long lineMs;
        private long atMs;
        private long beganMs;

        List<Heard> listen(Scene scene) {
            found = new ArrayList<>();
            byte[] muLaw = scene.audio().mulaw();
            for (int at = 0; at + Voicing.FRAME_BYTES <= muLaw.length; at += Voicing.FRAME_BYTES) {
                atMs = (at + Voicing.FRAME_BYTES) / (long) MuLaw.BYTES_PER_MS;
                sound.hear(muLaw, at, Voicing.FRAME_BYTES, lineMs + at / MuLaw.BYTES_PER_MS);
            }
            lineMs += scene.audio().lengthMs();
            return List.copyOf(found);
        }

        @Override
        public void speech(SpeechEvent event) {
            switch (event) {
                case SpeechEvent.Started started -> {
                    beganMs = started.atMs();
                    found.add(new Heard(atMs, new ConversationInput.SpeechStarted(ago(started.atMs()))));
                }
                case SpeechEvent.Stopped stopped ->
                    found.add(new Heard(atMs, new ConversationInput.SpeechStopped(stopped.atMs() - beganMs, ago(stopped.atMs()))));
                case SpeechEvent.None _ -> { }
            }
        }

        private long ago(long ms) {
            return lineMs + atMs - ms;
        }

        @Override
        public void key(char key) {
            found.add(new Heard(atMs, new ConversationInput.DigitPressed(key)));
        }
    }
}
