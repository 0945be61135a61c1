package io.agentstream.agents.journal;

import io.agentstream.agents.conversation.Conversation;
import io.agentstream.agents.conversation.ConversationEffect;
import io.agentstream.agents.conversation.ConversationMachine;
import io.agentstream.agents.conversation.Dialogue;
import io.agentstream.runtime.Step;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.JournalEncoder;
import io.agentstream.schemas.JournalEntry;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// Runs the machine once more on what it took in, from the state of a new conversation on, and compares. One thread.
public final class ConversationRerun {

    private final ConversationForms forms;
    private Conversation state;

    /// What came of a step.
    public sealed interface Outcome {

        /// The machine wants what it wanted then.
        record Same() implements Outcome {}

        /// @param actual what it wants now
        record Different(List<JsonNode> actual) implements Outcome {}

        /// The step cannot be taken, and nothing that follows it; `why` says why in a sentence, and quotes nothing of the step.
        record Impossible(String why) implements Outcome {}
    }

    private static final Outcome SAME = new Outcome.Same();

    /// @param dialogue what the conversation began with
    public ConversationRerun(CallId callId, Dialogue dialogue) {
        this.forms = new ConversationForms(callId);
        this.state = Conversation.of(dialogue);
    }

    /// Where the machine is.
    public Conversation state() {
        return state;
    }

    /// Takes the next step, whatever the entry is. After one that was not the same, nothing that follows says anything.
    public Outcome step(JournalEntry entry) {
        String type = entry.input().path("type").asString("");
        if (type.equals(JournalEncoder.OMITTED)) {
            return new Outcome.Impossible("the step could not be written into the journal");
        }
        if (type.equals(ConversationJournal.GIVEN_UP)) {
            return new Outcome.Impossible("the conversation was ended by hand, because something of it was broken");
        }
        return switch (forms.input(entry.input())) {
            case ConversationForms.Read.Unknown(String what) ->
                new Outcome.Impossible("it is " + what + ", which this version does not know");
            case ConversationForms.Read.Known known -> {
                List<JsonNode> actual = new ArrayList<>();
                try {
                    Step<Conversation, ConversationEffect> step = ConversationMachine.step(state, entry.atMs(), known.input());
                    step.effects().forEach(each -> actual.add(ConversationForms.of(each)));
                    state = step.state();
                } catch (RuntimeException | StackOverflowError bug) {
                    yield compared(entry.effects(), ConversationForms.threw(bug));
                }
                yield compared(entry.effects(), actual);
            }
        };
    }

    /// Numbers that are the same have one text, however they came.
    private static Outcome compared(List<JsonNode> then, List<JsonNode> now) {
        return then.toString().equals(now.toString()) ? SAME : new Outcome.Different(List.copyOf(now));
    }
}
