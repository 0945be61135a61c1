package io.agentstream.dev.bench.turns;

import io.agentstream.agents.conversation.BargeIn;
import io.agentstream.agents.conversation.Conversation;
import io.agentstream.agents.conversation.ConversationEffect;
import io.agentstream.agents.conversation.ConversationInput;
import io.agentstream.agents.conversation.ConversationInput.Then;
import io.agentstream.agents.conversation.ConversationMachine;
import io.agentstream.agents.conversation.Fact;
import io.agentstream.agents.conversation.Manners;
import io.agentstream.agents.conversation.Patience;
import io.agentstream.agents.conversation.Prompt;
import io.agentstream.agents.definition.AgentGraph;
import io.agentstream.agents.definition.Settings;
import io.agentstream.agents.dialogue.Understanding;
import io.agentstream.dev.bench.turns.Scene.Question;
import io.agentstream.dev.bench.turns.TurnDetector.Verdict;
import io.agentstream.dev.bench.turns.TurnDetector.What;
import io.agentstream.runtime.Step;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.Slice;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What workers do: what the caller's sound says goes to the machine of a conversation, which decides. Words come from an ear that is
/// supposed.
final class FloorDetector implements TurnDetector {

    /// How long the agent thinks before it answers.
    private static final long THINKS_MS = 1_000;

    /// After how much speech an agent falls silent whose definition does not say so.
    private static final int USUAL_MS = usualMs();

    private static final long T0 = 1_795_000_000_000L;
    private static final int LINE_MS = 60_000;
    private static final int FRAME_MS = 20;

    private final Sounding sounding;
    private final Manners manners;
    private final SupposedEar ear;
    private @Nullable Call call;
    private int number;

    FloorDetector(Sounding sounding, Patience patience, SupposedEar ear) {
        this.sounding = sounding;
        this.ear = ear;
        manners = new Manners(true, true, "", 600_000).with(new BargeIn(0, USUAL_MS, ear != SupposedEar.NONE), patience);
    }

    private static int usualMs() {
        JsonNode least = Json.MAPPER.readTree("{\"engine\": \"cascade\", \"start\": \"end\", \"nodes\": {\"end\": {\"type\": \"hangup\"}}}");
        if (AgentGraph.parse(least) instanceof AgentGraph.Parsed.Valid valid
                && valid.graph().settings().interruption() instanceof Settings.Interruption.Speech speech) {
            return speech.ms();
        }
        throw new IllegalStateException("an agent whose definition says nothing is not interrupted by speech");
    }

    @Override
    public List<Verdict> hear(Scene scene) {
        boolean listens = scene.kind().question() == Question.END;
        if (call == null || scene.call() == 0 || scene.call() != number) {
            number = scene.call();
            call = new Call(listens);
        }
        return Objects.requireNonNull(call).hear(scene);
    }

    /// One conversation.
    private final class Call {

        private Conversation state = Conversation.NEW;
        private long nowMs = T0;
        private long deadlineMs = Long.MAX_VALUE;
        private long answerMs = Long.MAX_VALUE;
        private long sceneMs = T0;
        private List<Verdict> verdicts = new ArrayList<>();
        private int cleared;

        /// @param listens whether it is the caller's turn
        Call(boolean listens) {
            give(new ConversationInput.RunStarted(true));
            give(new ConversationInput.ReplyBegun(1, null, manners, null, null));
            if (!listens) {
                give(new ConversationInput.ReplyPart(1, "", Slice.of(new byte[LINE_MS * 8])));
            }
            give(new ConversationInput.ReplyFinished(1, Then.LISTEN));
        }

        List<Verdict> hear(Scene scene) {
            verdicts = new ArrayList<>();
            sceneMs = nowMs;
            List<Sounding.Heard> sounds = sounding.of(scene);
            int sound = 0;
            List<SupposedEar.Understood> words = ear.of(scene);
            int word = 0;
            for (long atMs = FRAME_MS; atMs <= scene.audio().lengthMs(); atMs += FRAME_MS) {
                nowMs = sceneMs + atMs;
                while (word < words.size() && words.get(word).atMs() <= atMs) {
                    SupposedEar.Understood said = words.get(word++);
                    give(Understanding.of("en-US", said.text(), said.judgement()));
                }
                while (sound < sounds.size() && sounds.get(sound).atMs() <= atMs) {
                    give(sounds.get(sound++).input());
                }
                if (answerMs <= nowMs) {
                    answerMs = Long.MAX_VALUE;
                    give(new ConversationInput.ReplyBegun(state.turn(), null, manners, null, null));
                    give(new ConversationInput.ReplyFinished(state.turn(), Then.LISTEN));
                }
                if (deadlineMs <= nowMs) {
                    deadlineMs = Long.MAX_VALUE;
                    give(new ConversationInput.DeadlinePassed());
                }
            }
            return List.copyOf(verdicts);
        }

        private void give(ConversationInput input) {
            Step<Conversation, ConversationEffect> step = ConversationMachine.step(state, nowMs, input);
            state = step.state();
            step.effects().forEach(this::take);
        }

        private void take(ConversationEffect effect) {
            switch (effect) {
                case ConversationEffect.SetDeadline deadline -> deadlineMs = deadline.atMs();
                case ConversationEffect.ClearDeadline clear -> deadlineMs = Long.MAX_VALUE;
                case ConversationEffect.Think think when think.prompt() instanceof Prompt.Speech -> {
                    answerMs = nowMs + THINKS_MS;
                    is(What.ENDS);
                }
                case ConversationEffect.StopThinking stop -> answerMs = Long.MAX_VALUE;
                case ConversationEffect.Clear clear -> {
                    cleared = clear.turn();
                    is(What.SILENT);
                }
                case ConversationEffect.Play play when cleared > 0 && play.turn() > cleared -> {
                    cleared = 0;
                    is(What.GOES_ON);
                }
                case ConversationEffect.Tell tell when tell.fact() instanceof Fact.Interrupted -> is(What.BEGINS);
                case ConversationEffect _ -> { }
            }
        }

        private void is(What what) {
            verdicts.add(new Verdict(what, nowMs - sceneMs));
        }
    }
}
