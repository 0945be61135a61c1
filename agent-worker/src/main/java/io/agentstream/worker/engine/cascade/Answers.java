package io.agentstream.worker.engine.cascade;

import io.agentstream.agents.conversation.ConversationInput.BrainCalled;
import io.agentstream.agents.conversation.ConversationInput.BrainDone;
import io.agentstream.agents.conversation.ConversationInput.BrainFailed;
import io.agentstream.agents.conversation.ConversationInput.BrainSaid;
import io.agentstream.worker.engine.ReplySink;
import io.agentstream.worker.service.Brain;
import io.agentstream.worker.service.Thought;

/// What a brain thinks, as inputs of the conversation.
final class Answers {

    private Answers() {}

    static Brain.Listener ofBrain(int turn, int number, ReplySink out) {
        return event -> out.post(switch (event) {
            case Thought.Text text -> new BrainSaid(turn, number, text.text());
            case Thought.ToolCall call -> new BrainCalled(turn, number, call.id(), call.name(), call.arguments());
            case Thought.Done done -> new BrainDone(
                    turn, number, done.usage().inputTokens(), done.usage().cachedTokens(), done.usage().outputTokens());
            case Thought.Failed failed -> new BrainFailed(turn, number, Failures.of(failed.failure()));
        });
    }
}
