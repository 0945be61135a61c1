package io.agentstream.agents.dialogue;

import io.agentstream.agents.conversation.BargeIn;
import io.agentstream.agents.conversation.Manners;
import io.agentstream.agents.conversation.Patience;
import io.agentstream.agents.definition.Node;
import io.agentstream.agents.definition.Settings;

/// How a graph's agent listens: what its definition says about interruptions and pauses, for the floor. Pure.
final class Attention {

    private Attention() {}

    static Manners of(Manners manners, Settings settings, Node.Common node) {
        Settings.Endpointing pause = settings.endpointing();
        return manners.with(
                cuts(node.interruption()), new Patience(pause.minMs(), pause.maxMs(), pause.shortAnswerMs(), pause.adapts()));
    }

    private static BargeIn cuts(Settings.Interruption interruption) {
        return switch (interruption) {
            case Settings.Interruption.Off off -> BargeIn.BY_SPEECH; // asked by nobody
            case Settings.Interruption.Words words -> new BargeIn(words.words(), 0, true);
            case Settings.Interruption.Speech speech -> new BargeIn(0, speech.ms(), true);
        };
    }
}
