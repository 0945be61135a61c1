package io.agentstream.agents.dialogue;

import io.agentstream.agents.conversation.ConversationEffect;
import io.agentstream.agents.conversation.ConversationEffect.Save;
import io.agentstream.agents.conversation.ConversationEffect.StopBrain;
import io.agentstream.agents.conversation.ConversationEffect.StopSpeaking;
import io.agentstream.agents.conversation.ConversationEffect.StopTools;
import io.agentstream.agents.conversation.ConversationInput.BrainCalled;
import io.agentstream.agents.conversation.ConversationInput.BrainDone;
import io.agentstream.agents.conversation.ConversationInput.BrainFailed;
import io.agentstream.agents.conversation.ConversationInput.BrainSaid;
import io.agentstream.agents.conversation.ConversationInput.EarFailed;
import io.agentstream.agents.conversation.ConversationInput.EngineReply;
import io.agentstream.agents.conversation.ConversationInput.MouthDone;
import io.agentstream.agents.conversation.ConversationInput.MouthFailed;
import io.agentstream.agents.conversation.ConversationInput.MouthSpoke;
import io.agentstream.agents.conversation.ConversationInput.ServiceReply;
import io.agentstream.agents.conversation.ConversationInput.ToolAnswered;
import io.agentstream.agents.conversation.ConversationInput.WordsEnded;
import io.agentstream.agents.conversation.ConversationInput.WordsHeard;
import io.agentstream.agents.conversation.Dialogue;
import io.agentstream.agents.conversation.Prompt;
import io.agentstream.agents.conversation.Remark;
import io.agentstream.agents.definition.AgentGraph;
import io.agentstream.agents.definition.Template;
import io.agentstream.agents.definition.Values;
import io.agentstream.agents.dialogue.CascadeState.Used;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// One step of a [CascadeDialogue]: who is asked what, and who answers. Made for one step, in which it changes its copy of the state; its parts
/// are the [Way] through the graph, and what has to do with each service.
final class CascadeStep {

    /// Longest text of a line or a prompt whose variables have values.
    private static final int MAX_LINE_CHARS = 4_000;

    final AgentGraph graph;
    final CascadeState s;
    final long nowMs;
    final List<EngineReply> replies = new ArrayList<>();
    final List<ConversationEffect> effects = new ArrayList<>();
    private final JsonNode context;

    CascadeStep(AgentGraph graph, JsonNode context, CascadeState s, long nowMs) {
        this.graph = graph;
        this.context = context;
        this.s = s;
        this.nowMs = nowMs;
    }

    Dialogue.Move move(Dialogue next) {
        return new Dialogue.Move(next, List.copyOf(replies), List.copyOf(effects));
    }

    Way way() {
        return new Way(this);
    }

    Hearing hearing() {
        return new Hearing(this);
    }

    Thinking thinking() {
        return new Thinking(this);
    }

    Speaking speaking() {
        return new Speaking(this);
    }

    Tooling tooling() {
        return new Tooling(this);
    }

    Values values() {
        return Known.values(graph, context, s, nowMs);
    }

    String filled(Template template) {
        Values values = values();
        return template.fill(name -> Values.text(values.find(name)), MAX_LINE_CHARS);
    }

    void remember(Remark remark) {
        s.history = Memories.with(s.history, List.of(remark));
    }

    void save() {
        effects.add(new Save());
    }

    void asked(int turn, Prompt prompt) {
        fold(0); // a turn of which nothing was played
        s.begin(turn);
        if (!(prompt instanceof Prompt.Again)) {
            s.forgetLeft();
        }
        if (!(prompt instanceof Prompt.Speech)) {
            s.forgetCutOff();
        }
        if (s.ending && !(prompt instanceof Prompt.Again)) {
            way().farewell();
            return;
        }
        switch (prompt) {
            case Prompt.Opening opening -> way().enter(graph.start());
            case Prompt.Again again -> way().again();
            case Prompt.GoOn goOn -> way().goOn();
            case Prompt.Key key -> way().key(key.digit());
            case Prompt.Speech speech -> hearing().speechEnded(speech.speechMs());
            case Prompt.Silence _, Prompt.Unheard _ -> way().silence();
        }
    }

    /// Nothing is under way any more; how much was heard is not known yet.
    void stopped(int turn) {
        if (turn != s.turn) {
            return;
        }
        if (s.asking != CascadeState.NONE) {
            effects.add(new StopBrain(turn));
        }
        if (s.speaking != CascadeState.NONE) {
            effects.add(new StopSpeaking(turn));
        }
        if (s.turns.stream().flatMap(round -> round.uses().stream()).anyMatch(use -> use.result() == null)) {
            effects.add(new StopTools(turn));
        }
        s.cutThen = s.then;
        s.stop();
        if (s.pieces.stream().allMatch(piece -> piece.audioMs() == 0)) {
            fold(0); // nobody will say how much was heard
        }
    }

    void heard(int turn, long heardMs) {
        if (turn == s.turn) {
            s.cutOff = heardMs == Dialogue.NEVER || s.cutThen == null ? List.of() : Memories.unsaid(s.pieces, heardMs);
            fold(heardMs);
            if (heardMs == Dialogue.NEVER) { // what was said into it is no answer to what comes now
                s.heard = "";
                s.heardAll = false;
            }
        }
    }

    /// The turn becomes part of what is remembered.
    private void fold(long heardMs) {
        s.history = Memories.with(s.history, Memories.remarks(s, heardMs, s.turns.size()));
        s.turns = List.of();
        s.pieces = List.of();
        s.spoken = 0;
        s.then = null;
    }

    void answered(ServiceReply reply) {
        switch (reply) {
            case WordsHeard words when words.ear() == s.earNumber -> hearing().heard(words.text());
            case WordsEnded words when words.ear() == s.earNumber -> hearing().ended(words.text());
            case EarFailed failed when failed.ear() == s.earNumber -> hearing().failed(failed.failure());
            case BrainSaid said when isAsked(said.turn(), said.number()) -> thinking().said(said.text());
            case BrainCalled called when isAsked(called.turn(), called.number()) ->
                thinking().called(new Remark.Use(called.id(), called.tool(), called.arguments()));
            case BrainDone done when isAsked(done.turn(), done.number()) -> thinking().done();
            case BrainFailed failed when isAsked(failed.turn(), failed.number()) -> thinking().failed(failed.failure());
            case MouthSpoke spoke when isSpeaking(spoke.turn(), spoke.number()) -> speaking().spoke(spoke);
            case MouthDone done when isSpeaking(done.turn(), done.number()) -> speaking().done();
            case MouthFailed failed when isSpeaking(failed.turn(), failed.number()) -> speaking().failed(failed.failure());
            case ToolAnswered answered when answered.turn() == s.turn -> tooling().answered(answered.number(), answered.result());
            case WordsHeard _, WordsEnded _, EarFailed _, BrainSaid _, BrainCalled _, BrainDone _, BrainFailed _, MouthSpoke _, MouthDone _,
                    MouthFailed _, ToolAnswered _ -> { } // of something that is not wanted any more
        }
    }

    private boolean isAsked(int turn, int number) {
        return turn == s.turn && number == s.asking;
    }

    private boolean isSpeaking(int turn, int number) {
        return turn == s.turn && number == s.speaking;
    }

    /// Whoever should have answered by now, and has not.
    void due() {
        if (s.wordsDueMs <= nowMs) {
            hearing().silent();
        }
        if (s.mouthDueMs <= nowMs) {
            speaking().silent();
        }
        if (s.brainDueMs <= nowMs) {
            thinking().silent();
        }
        for (Used late : s.late(nowMs)) {
            tooling().answered(late.number(), Tooling.TIMEOUT);
        }
        if (s.fillerDueMs <= nowMs) {
            speaking().filler();
        }
    }
}
