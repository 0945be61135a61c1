package io.agentstream.agents.dialogue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.agentstream.agents.conversation.ConversationEffect;
import io.agentstream.agents.conversation.ConversationInput;
import io.agentstream.schemas.Slice;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;

/// Promises that audio is never heard that was not wanted any more when it came, and none under another turn than the one that it was made for. Audio crosses the
/// machine without being copied, so that each piece is known again by its array.
final class DeadAudio {

    private static final int DEAD = 0;

    /// What the worker that holds the call waits for: who, in which turn, under which number.
    private final Set<String> wanted = new HashSet<>();
    /// The turn that a piece of audio is of, or [#DEAD].
    private final Map<byte[], Integer> came = new IdentityHashMap<>();
    private int dead;

    private static String mouth(int turn, int number) {
        return "mouth " + turn + " " + number;
    }

    private static String brain(int turn, int number) {
        return "brain " + turn + " " + number;
    }

    /// Is told before it is answered.
    void given(ConversationInput input) {
        switch (input) {
            case ConversationInput.MouthSpoke spoke -> came(spoke.audio(), spoke.turn(), mouth(spoke.turn(), spoke.number()));
            case ConversationInput.BrainSpoke spoke -> came(spoke.audio(), spoke.turn(), brain(spoke.turn(), spoke.number()));
            case ConversationInput.MouthDone done -> wanted.remove(mouth(done.turn(), done.number()));
            case ConversationInput.MouthFailed failed -> wanted.remove(mouth(failed.turn(), failed.number()));
            case ConversationInput.BrainDone done -> wanted.remove(brain(done.turn(), done.number()));
            case ConversationInput.BrainFailed failed -> wanted.remove(brain(failed.turn(), failed.number()));
            case ConversationInput.Resumed _ -> wanted.clear();
            case ConversationInput _ -> { }
        }
    }

    private void came(Slice audio, int turn, String from) {
        boolean isWanted = wanted.contains(from);
        dead += isWanted ? 0 : 1;
        came.put(audio.array(), isWanted ? turn : DEAD);
    }

    /// @param turn the agent's newest turn that has begun to sound
    void check(ConversationEffect effect, int turn) {
        switch (effect) {
            case ConversationEffect.Speak speak -> instead("mouth ", mouth(speak.turn(), speak.number()));
            case ConversationEffect.PressKeys press -> instead("mouth ", mouth(press.turn(), press.number()));
            case ConversationEffect.AskBrain ask -> instead("brain ", brain(ask.turn(), ask.number()));
            case ConversationEffect.StopSpeaking _ -> wanted.removeIf(each -> each.startsWith("mouth "));
            case ConversationEffect.StopBrain _ -> wanted.removeIf(each -> each.startsWith("brain "));
            case ConversationEffect.Play play -> {
                Integer of = assertCame(play.audio());
                assertEquals(turn, of, of == DEAD ? "audio is heard that nobody wanted any more" : "audio of another turn is heard");
            }
            case ConversationEffect _ -> { }
        }
    }

    private Integer assertCame(Slice audio) {
        Integer of = came.get(audio.array());
        assertNotNull(of, "audio of which nobody knows whose it is");
        return of;
    }

    /// One at a time is wanted of each.
    private void instead(String of, String another) {
        wanted.removeIf(each -> each.startsWith(of));
        wanted.add(another);
    }

    /// Pieces that came when they were not wanted any more.
    int dead() {
        return dead;
    }
}
