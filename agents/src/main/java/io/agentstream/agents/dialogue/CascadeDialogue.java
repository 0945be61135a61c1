package io.agentstream.agents.dialogue;

import io.agentstream.agents.conversation.ConversationInput.ServiceReply;
import io.agentstream.agents.conversation.Dialogue;
import io.agentstream.agents.conversation.Prompt;
import io.agentstream.agents.definition.AgentGraph;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// The dialogue of a graph: an ear hears the caller, a brain thinks, a mouth speaks, or one service does all three; tools are used, and nodes lead
/// to nodes. Pure.
///
/// Whatever is asked of a service has a limit in time and an answer for when it fails: once more, then the next service, then the way for trouble,
/// in the end an apology and the end of the call ([Way#trouble()]). So an agent that owes a reply is never waited for without end,
/// whatever the services do.
public final class CascadeDialogue implements Dialogue {

    private final AgentGraph graph;
    private final Known known;
    private final CascadeState state;

    private CascadeDialogue(AgentGraph graph, Known known, CascadeState state) {
        this.graph = graph;
        this.known = known;
        this.state = state;
    }

    static CascadeDialogue of(AgentGraph graph, Known known) {
        return new CascadeDialogue(graph, known, new CascadeState());
    }

    public AgentGraph graph() {
        return graph;
    }

    private Move move(long nowMs, Consumer<CascadeStep> change) {
        CascadeState changed = state.copy();
        CascadeStep step = new CascadeStep(graph, known, changed, nowMs);
        change.accept(step);
        return step.move(new CascadeDialogue(graph, known, changed));
    }

    @Override
    public Move began(long nowMs) {
        return move(nowMs, CascadeStep::began);
    }

    @Override
    public Move asked(int turn, Prompt prompt, long nowMs) {
        return move(nowMs, step -> step.asked(turn, prompt));
    }

    @Override
    public Move stopped(int turn) {
        return move(0, step -> step.stopped(turn));
    }

    @Override
    public Move callerBegan(int turn, long agoMs) {
        return isLive() ? move(0, step -> step.living().callerBegan(turn, agoMs)) : Move.stay(this);
    }

    private boolean isLive() {
        return graph.engine() == AgentGraph.Engine.REALTIME;
    }

    /// Where nobody understands it as long as the turn lasts, only a second sound can say that it was meant.
    @Override
    public Move sounded() {
        return isLive() ? Move.stay(this) : move(0, step -> step.hearing().sounded());
    }

    @Override
    public Dialogue heard(int turn, long playedMs, boolean whole, boolean answers) {
        return move(0, step -> step.heard(turn, whole ? NEVER : playedMs, answers)).next();
    }

    /// A line that a mouth has left in its middle was told whole when it began.
    @Override
    public String said(int turn, String text) {
        return turn == state.turn && state.brokenOff && !isLive() ? Memories.said(state.pieces) : text;
    }

    @Override
    public Move answered(ServiceReply reply, long nowMs) {
        return move(nowMs, step -> step.answered(reply));
    }

    @Override
    public Move ended() {
        return move(0, CascadeStep::ended);
    }

    @Override
    public String words() {
        return new CascadeStep(graph, known, state, 0).hearing().known();
    }

    @Override
    public long dueMs() {
        return state.dueMs();
    }

    @Override
    public Move due(long nowMs) {
        return move(nowMs, CascadeStep::due);
    }

    @Override
    public boolean understands() {
        return true;
    }

    @Override
    public @Nullable JsonNode memory(long heardMs, long beforeMs) {
        return Memories.of(state, heardMs, beforeMs);
    }

    @Override
    public Move heardElsewhere(int turn, long heardMs, long nowMs) {
        return state.turn == turn + 1 && !state.owed.isEmpty() ? move(nowMs, step -> step.speaking().heardElsewhere(heardMs)) : Move.stay(this);
    }

    @Override
    public boolean goesOnElsewhere(long beforeMs, long heardMs) {
        return Memories.goesOnElsewhere(state, beforeMs, heardMs);
    }

    @Override
    public Optional<Dialogue> resumed(@Nullable JsonNode memory) {
        return Memories.restored(memory).map(left -> new CascadeDialogue(graph, known, left));
    }

    /// Nothing of what was said.
    @Override
    public String toString() {
        return "graph at " + state.node + ", turn " + state.turn + ": " + state.pieces.size() + " pieces, " + state.spoken + " spoken, brain "
                + state.asking + ", mouth " + state.speaking + ", " + state.history.size() + " remarks";
    }
}
