package io.agentstream.agents.dialogue;

import io.agentstream.agents.conversation.BargeIn;
import io.agentstream.agents.conversation.ConversationEffect;
import io.agentstream.agents.conversation.ConversationEffect.GaveUp;
import io.agentstream.agents.conversation.ConversationEffect.Save;
import io.agentstream.agents.conversation.ConversationEffect.ServiceKind;
import io.agentstream.agents.conversation.ConversationEffect.StopBrain;
import io.agentstream.agents.conversation.ConversationEffect.StopSpeaking;
import io.agentstream.agents.conversation.ConversationEffect.StopTool;
import io.agentstream.agents.conversation.ConversationInput.BrainCalled;
import io.agentstream.agents.conversation.ConversationInput.BrainDone;
import io.agentstream.agents.conversation.ConversationInput.BrainFailed;
import io.agentstream.agents.conversation.ConversationInput.BrainSaid;
import io.agentstream.agents.conversation.ConversationInput.BrainSpoke;
import io.agentstream.agents.conversation.ConversationInput.CallerQuoted;
import io.agentstream.agents.conversation.ConversationInput.EarFailed;
import io.agentstream.agents.conversation.ConversationInput.EngineReply;
import io.agentstream.agents.conversation.ConversationInput.MouthDone;
import io.agentstream.agents.conversation.ConversationInput.MouthFailed;
import io.agentstream.agents.conversation.ConversationInput.MouthSpoke;
import io.agentstream.agents.conversation.ConversationInput.ReplyDelayed;
import io.agentstream.agents.conversation.ConversationInput.ServiceReply;
import io.agentstream.agents.conversation.ConversationInput.ToolAnswered;
import io.agentstream.agents.conversation.ConversationInput.TransferAnswered;
import io.agentstream.agents.conversation.ConversationInput.TurnWanted;
import io.agentstream.agents.conversation.ConversationInput.WordsEnded;
import io.agentstream.agents.conversation.ConversationInput.WordsHeard;
import io.agentstream.agents.conversation.Dialogue;
import io.agentstream.agents.conversation.Prompt;
import io.agentstream.agents.conversation.Remark;
import io.agentstream.agents.definition.AgentGraph;
import io.agentstream.agents.definition.Node;
import io.agentstream.agents.definition.Template;
import io.agentstream.agents.definition.Templates;
import io.agentstream.agents.definition.Values;
import io.agentstream.agents.dialogue.CascadeState.Used;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// One step of a [CascadeDialogue]: who is asked what, and who answers. Made for one step, in which it changes its copy of the state; its parts
/// are the [Way] through the graph, and what has to do with each service.
final class CascadeStep {

    /// How often the floor is told that something is still waited for; less than it would wait by itself.
    private static final long PATIENCE_MS = 10_000;

    /// How long what is being said may go on when the time of a call is over, and how often that is looked at.
    static final long GRACE_MS = 10_000;
    private static final long GRACE_STEP_MS = 250;

    /// How much later than it was to be a clock may come of a worker that is well.
    private static final long LATE_MS = 500;

    final AgentGraph graph;
    final CascadeState s;
    final long nowMs;
    final List<EngineReply> replies = new ArrayList<>();
    final List<ConversationEffect> effects = new ArrayList<>();
    private final Known known;

    CascadeStep(AgentGraph graph, Known known, CascadeState s, long nowMs) {
        this.graph = graph;
        this.known = known;
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

    /// Whether one service hears, thinks and speaks.
    boolean isLive() {
        return graph.engine() == AgentGraph.Engine.REALTIME;
    }

    Living living() {
        return new Living(this);
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

    Outside outside() {
        return new Outside(this);
    }

    Running running() {
        return new Running(this);
    }

    Questions questions() {
        return new Questions(this);
    }

    Requesting requesting() {
        return new Requesting(this);
    }

    Transferring transferring() {
        return new Transferring(this);
    }

    /// Where the conversation is.
    Node here() {
        return graph.node(Objects.requireNonNull(s.node, "asked before the opening"));
    }

    Values values() {
        return known.values(graph, s, nowMs);
    }

    /// What is spoken.
    String line(Template template) {
        return Templates.line(template, values());
    }

    /// What a brain is told.
    String prompt(Template template) {
        return Templates.prompt(template, values());
    }

    /// Somebody outside is waited for: the floor is told so as long as it lasts, and the caller where the agent has words for that.
    void waits() {
        replies.add(new ReplyDelayed(s.turn));
        s.patienceDueMs = nowMs + PATIENCE_MS;
        speaking().waits();
    }

    void began() {
        if (s.endsMs == Dialogue.NEVER) {
            s.endsMs = nowMs + graph.settings().maxCallMs();
        }
        s.graceDueMs = s.overtime ? nowMs : Dialogue.NEVER;
        running().again();
        if (isLive()) {
            living().ready();
        } else {
            hearing().open();
        }
    }

    void remember(Remark remark) {
        s.history = Memories.with(s.history, List.of(remark));
    }

    void save() {
        effects.add(new Save());
    }

    /// What is lost without is little: so much that others' budget of saves is not spent on it.
    void saveSoon() {
        effects.add(new Save(true));
    }

    /// Whoever keeps how services stand is told that one has not done in time what it was asked. Where the clock has come late it is we who stood
    /// still, and what it has sent meanwhile may wait to be read.
    ///
    /// @param dueMs when it was to be done
    void gaveUp(ServiceKind kind, int service, long waitedMs, long dueMs) {
        if (nowMs - dueMs <= LATE_MS) {
            effects.add(new GaveUp(kind, service, waitedMs));
        }
    }

    void asked(int turn, Prompt prompt) {
        fold(0); // a turn of which nothing was played
        s.begin(turn);
        if (!(prompt instanceof Prompt.Again)) {
            s.forgetLeft();
        }
        if (!(prompt instanceof Prompt.Speech)) {
            s.forgetCutOff();
            if (!(prompt instanceof Prompt.Again) && !(prompt instanceof Prompt.GoOn)) {
                s.go = null;
                transferring().drop();
            }
        }
        s.ending |= s.overtime;
        if (prompt instanceof Prompt.Speech speech) {
            s.unheard = new CascadeState.Spoken(turn, speech.speechMs());
        }
        if (s.ending && !(prompt instanceof Prompt.Again)) {
            hearing().told(hearing().known());
            way().farewell();
            return;
        }
        switch (prompt) {
            case Prompt.Opening opening -> way().enter(graph.start());
            case Prompt.Again again -> way().again();
            case Prompt.GoOn goOn -> way().goOn();
            case Prompt.Key key -> way().key(key.digit());
            case Prompt.Speech speech when isLive() -> living().speechEnded(speech.speechMs());
            case Prompt.Speech speech -> hearing().speechEnded();
            case Prompt.Silence _, Prompt.Unheard _ -> new Idling(this).silence();
        }
    }

    /// Nothing is under way any more; how much was heard is not known yet.
    void stopped(int turn) {
        if (turn != s.turn) {
            return;
        }
        hearing().told(""); // its words are part of what the caller goes on to say
        if (s.asking != CascadeState.NONE) {
            effects.add(new StopBrain(turn));
        }
        if (s.speaking != CascadeState.NONE) {
            effects.add(new StopSpeaking(turn));
        }
        if (s.asked != null) {
            effects.add(new StopTool(turn, s.asked.number()));
        }
        s.cutThen = s.then;
        s.cutThought = s.then == null && s.isThinking() && !s.isAnswering();
        s.cutWaited = s.asking == CascadeState.NONE;
        s.cutLast = s.finished && s.then != null;
        running().leave();
        s.stop();
        if (s.pieces.stream().allMatch(piece -> piece.audioMs() == 0)) {
            s.cutOff = s.cutThen == null ? List.of() : Memories.unsaid(s.pieces, 0);
            s.cutLast = false;
            fold(0); // nobody will say how much was heard
        }
    }

    /// @param answers whether the caller has answered already a turn that was heard as a whole
    void heard(int turn, long heardMs, boolean answers) {
        if (turn == s.turn) {
            s.cutOff = heardMs == Dialogue.NEVER || s.cutThen == null ? List.of() : Memories.unsaid(s.pieces, heardMs);
            s.cutLast &= s.pieces.stream().mapToLong(CascadeState.Piece::audioMs).sum() - heardMs <= BargeIn.LAST_MS;
            living().cut(heardMs);
            fold(heardMs);
            if (heardMs == Dialogue.NEVER && !answers) { // what was said into it is no answer to what comes now
                s.forgetWords();
            }
        }
    }

    /// Nobody waits any more for the words of what the caller has said: it is told as it is known.
    void ended() {
        hearing().over();
        living().over();
    }

    /// The turn becomes part of what is remembered.
    private void fold(long heardMs) {
        s.history = Memories.with(s.history, Memories.remarks(s, heardMs, s.turns.size()));
        s.turns = List.of();
        s.pieces = List.of();
        s.spoken = 0;
        s.owed = List.of();
        s.then = null;
    }

    void answered(ServiceReply reply) {
        switch (reply) {
            case WordsHeard words when words.ear() == s.earNumber -> hearing().heard(words.text(), words.judges());
            case WordsEnded words when words.ear() == s.earNumber -> hearing().ended(words.text(), words.judges());
            case EarFailed failed when failed.ear() == s.earNumber && isLive() -> living().lost();
            case EarFailed failed when failed.ear() == s.earNumber -> hearing().failed(failed.failure());
            case BrainSpoke spoke when isAsked(spoke.turn(), spoke.number()) -> living().spoke(spoke);
            case CallerQuoted quoted -> living().quoted(quoted);
            case BrainSaid said when isAsked(said.turn(), said.number()) -> thinking().said(said.text());
            case BrainCalled called when isAsked(called.turn(), called.number()) ->
                thinking().called(new Remark.Use(called.id(), called.tool(), called.arguments()));
            case BrainDone done when isAsked(done.turn(), done.number()) -> thinking().done();
            case BrainFailed failed when isAsked(failed.turn(), failed.number()) -> thinking().failed(failed.failure());
            case MouthSpoke spoke when isSpeaking(spoke.turn(), spoke.number()) -> speaking().spoke(spoke);
            case MouthDone done when isSpeaking(done.turn(), done.number()) -> speaking().done();
            case MouthFailed failed when isSpeaking(failed.turn(), failed.number()) -> speaking().failed(failed.failure());
            case TransferAnswered answered when isAwaited(answered) ->
                transferring().answered(answered.outcome());
            case ToolAnswered answered when running().isOf(answered) -> running().answered(answered);
            case ToolAnswered answered when isAwaited(answered) -> requesting().answered(answered.failed(), answered.result());
            case ToolAnswered answered when answered.turn() == s.turn -> tooling().answered(answered.number(), answered.result());
            case WordsHeard _, WordsEnded _, EarFailed _, BrainSaid _, BrainSpoke _, BrainCalled _, BrainDone _, BrainFailed _, MouthSpoke _, MouthDone _,
                    MouthFailed _, ToolAnswered _, TransferAnswered _ -> { } // of something that is not wanted any more
        }
    }

    private boolean isAsked(int turn, int number) {
        return turn == s.turn && number == s.asking;
    }

    private boolean isAwaited(TransferAnswered answered) {
        Transferring.Wanted wanted = s.transfer;
        return wanted != null && wanted.asked() && wanted.key().equals(answered.key());
    }

    private boolean isAwaited(ToolAnswered answered) {
        return answered.turn() == s.turn && s.asked != null && answered.number() == s.asked.number();
    }

    private boolean isSpeaking(int turn, int number) {
        return turn == s.turn && number == s.speaking;
    }

    /// Whoever should have answered by now, and has not.
    void due() {
        if (s.wordsDueMs <= nowMs) {
            hearing().silent();
        }
        living().late();
        if (s.mouthDueMs <= nowMs) {
            speaking().silent();
        }
        if (s.brainDueMs <= nowMs) {
            thinking().silent();
        }
        for (Used late : s.late(nowMs)) {
            tooling().answered(late.number(), Tooling.TIMEOUT);
        }
        running().late(nowMs);
        if (s.asked != null && s.asked.dueMs() <= nowMs) {
            requesting().late();
        }
        if (s.transfer != null && s.transfer.dueMs() <= nowMs) {
            transferring().late();
        }
        if (s.fillerDueMs <= nowMs) {
            speaking().filler();
        }
        if (s.patienceDueMs <= nowMs) {
            s.patienceDueMs = Dialogue.NEVER;
            if (s.isWaiting()) {
                replies.add(new ReplyDelayed(s.turn));
                s.patienceDueMs = nowMs + PATIENCE_MS;
            }
        }
        if (s.timeDueMs() <= nowMs) {
            timeIsOver();
        }
    }

    /// The call has lasted as long as it may. What is being said is said to its end, for a moment; then comes the farewell, whoever has the floor.
    private void timeIsOver() {
        boolean isBeingSaid = (s.then != null && !s.pieces.isEmpty()) || s.isTransferring();
        if (s.ending && !s.overtime) { // by itself
            s.endsMs = Dialogue.NEVER;
            return;
        }
        s.overtime = true;
        if (isBeingSaid && (nowMs < s.endsMs + GRACE_MS || s.isTransferring())) {
            s.graceDueMs = nowMs + GRACE_STEP_MS;
        } else {
            s.graceDueMs = Dialogue.NEVER;
            s.ending = true;
            replies.add(new TurnWanted());
        }
    }
}
