package io.agentstream.agents.dialogue;

import static io.agentstream.agents.dialogue.CascadeState.NONE;

import io.agentstream.agents.conversation.BrainRequest;
import io.agentstream.agents.conversation.ConversationEffect.AskBrain;
import io.agentstream.agents.conversation.ConversationEffect.ServiceKind;
import io.agentstream.agents.conversation.ConversationEffect.StopBrain;
import io.agentstream.agents.conversation.ConversationInput.Then;
import io.agentstream.agents.conversation.Dialogue;
import io.agentstream.agents.conversation.Remark;
import io.agentstream.agents.conversation.ServiceFailure;
import io.agentstream.agents.definition.Node;
import io.agentstream.agents.definition.Services;
import io.agentstream.agents.definition.TransferPlan.Warm;
import io.agentstream.agents.dialogue.CascadeState.Round;
import io.agentstream.agents.dialogue.CascadeState.Used;
import io.agentstream.schemas.WellFormed;
import java.util.List;
import java.util.stream.Stream;

/// What has to do with the brain, in one step. Its text is spoken sentence by sentence while it goes on; what it wants done is done when it
/// has finished, and then it is asked again.
final class Thinking {

    /// How long a brain may take for its next piece; longer than its own patience for one request. A second one, of a brain that was silent for
    /// the first, has what is left.
    static final long LIMIT_MS = 11_000;

    /// How often a brain is asked in one turn: each use of tools asks it again.
    static final int MAX_ASKS = 8;

    /// Longest answer; what is beyond it is not said. Some five minutes.
    static final int MAX_ANSWER_CHARS = 4_000;

    /// A conversation that is shorter is not what is too long.
    private static final int LEAST_ROOM_CHARS = 1_000;

    private static final String WRITE = "(The caller waits, and is about to be connected to a person. That person is called first. Say to the person, not to"
            + " the caller, in two or three short sentences what this call is about, who calls, and what was done so far. Say nothing else.)";

    private static final String GO_ON = "(The line was interrupted for a moment while you were speaking. The caller has heard what you said up to here. Go on"
            + " from there, and repeat nothing of it.)";

    private static final String CHOOSE = "You do not talk now. Use the one tool that says what the caller wants, and no other. If none says that,"
            + " answer with the word none. The caller was asked: ";

    private final CascadeStep step;
    private final CascadeState s;

    Thinking(CascadeStep step) {
        this.step = step;
        this.s = step.s;
    }

    boolean hasBrain() {
        Services services = step.graph.services();
        return s.brain < (step.isLive() ? services.realtime() : services.brains()).size();
    }

    /// Asks for the next part of the turn, or in a node that gathers, which of its intents was meant.
    void ask() {
        if (s.asks >= MAX_ASKS || !hasBrain()) {
            failed();
            return;
        }
        s.asks++;
        s.emptyTries = 0;
        s.turns = Speaking.added(s.turns, Round.TALK);
        send();
    }

    /// Asks for the rest of what the caller has heard the beginning of.
    void goOn() {
        s.goesOn = true;
        ask();
    }

    /// Asks what somebody who is to take the call is told of it.
    void write() {
        if (s.asks >= MAX_ASKS || !hasBrain() || step.isLive()) { // one that speaks what it thinks would be heard by the caller
            step.transferring().written("");
            return;
        }
        s.asks++;
        s.emptyTries = 0;
        s.turns = Speaking.added(s.turns, Round.TALK);
        send();
    }

    void send() {
        s.rest = "";
        if (step.isLive() && s.speaking != NONE) { // it does one thing at a time
            s.asksBehind = true;
            step.waits();
            return;
        }
        if (!hasBrain()) { // the last one was lost while the line was spoken
            failed();
            return;
        }
        step.running().told();
        s.asking = s.next++;
        s.brainDueMs = step.nowMs + LIMIT_MS;
        step.living().prepare();
        step.effects.add(new AskBrain(s.turn, s.asking, s.brain, request()));
        step.waits();
    }

    /// What is told as things are, but for what is being said.
    BrainRequest request() {
        return request(Memories.remarks(s, Dialogue.NEVER, s.turns.size() - 1));
    }

    /// What one is told that was not there when it happened: also what is being done, but not what it is to say or to answer itself.
    BrainRequest beginning() {
        boolean isOver = s.asking == NONE && !s.turns.isEmpty()
                && (s.spoken == s.pieces.size() || !s.turns.getLast().uses().isEmpty());
        return request(Memories.remarks(Running.going(s.turns), s.pieces, Dialogue.NEVER, isOver ? s.turns.size() : s.turns.size() - 1));
    }

    private BrainRequest request(List<Remark> newest) {
        Node node = s.node == null ? step.graph.node(step.graph.start()) : step.here();
        String own = switch (node) {
            case Node.Agent agent -> step.prompt(agent.prompt());
            case Node.Gather gather -> CHOOSE + step.prompt(gather.say());
            case Node.Say _, Node.Capture _, Node.HangUp _, Node.Set _, Node.Http _, Node.Transfer _ -> "";
        };
        String instructions = (step.prompt(step.graph.prompt()) + "\n\n" + own).strip();
        List<Remark> all = Memories.with(s.history, newest);
        List<Remark> history = s.room < Memories.MAX_CHARS ? Trimming.fitted(all, Memories.MAX_REMARKS, s.room) : all;
        history = s.goesOn ? Memories.with(history, List.of(Remark.caller(GO_ON))) : history;
        return s.isWriting()
                ? new BrainRequest(instructions, Memories.with(history, List.of(Remark.caller(WRITE))), List.of(), List.of())
                : new BrainRequest(instructions, history, Offers.of(step.graph, node), Offers.servers(step.graph, node));
    }

    void said(String text) {
        s.answerChars += text.length();
        s.brainDueMs = step.nowMs + LIMIT_MS;
        if (chooses()) {
            return; // it was asked what is meant, and not what to say
        }
        if (s.isWriting()) {
            write(text);
            return;
        }
        Sentences cut = Sentences.of(s.rest + text);
        s.rest = cut.rest();
        cut.whole().forEach(step.speaking()::add);
        if (s.answerChars > MAX_ANSWER_CHARS) {
            s.rest = "";
            step.effects.add(new StopBrain(s.turn));
            done();
        } else {
            step.speaking().go();
        }
    }

    /// Nobody hears it here.
    private void write(String text) {
        s.rest = WellFormed.beginning(s.rest + text, Warm.MAX_SUMMARY_CHARS);
        if (s.rest.length() >= Warm.MAX_SUMMARY_CHARS) {
            step.effects.add(new StopBrain(s.turn));
            done();
        }
    }

    void called(Remark.Use wanted) {
        s.brainDueMs = step.nowMs + LIMIT_MS;
        if (s.isWriting()) {
            return; // it was offered none
        }
        Remark.Use use = apart(wanted);
        List<Used> uses = s.turns.getLast().uses();
        boolean isKnown = uses.stream().anyMatch(used -> used.use().id().equals(use.id())); // one result for each is what a brain understands
        if (uses.size() < Tooling.MAX_USES && !isKnown) {
            s.last(new Round(Speaking.added(uses, Used.wanted(use))));
        }
    }

    /// Some services number the uses of each answer anew, and a result is told to a use by its id.
    private Remark.Use apart(Remark.Use use) {
        Stream<String> told = s.history.stream().flatMap(remark -> remark.uses().stream()).map(Remark.Use::id);
        Stream<String> before = s.turns.stream().limit(s.turns.size() - 1L).flatMap(round -> round.uses().stream()).map(used -> used.use().id());
        Stream<String> running = s.running.stream().flatMap(each -> each.ids().stream());
        return Stream.of(told, before, running).flatMap(each -> each).anyMatch(use.id()::equals)
                ? new Remark.Use(use.id() + "-" + s.turn + "-" + s.asking, use.tool(), use.arguments())
                : use;
    }

    void done() {
        boolean isWriting = s.isWriting();
        end();
        if (isWriting) {
            String text = s.rest;
            s.rest = "";
            step.transferring().written(text);
            return;
        }
        step.speaking().sentences(s.rest);
        s.rest = "";
        if (!s.turns.getLast().uses().isEmpty()) {
            s.goesOn = false;
            step.speaking().go();
            step.tooling().use();
        } else if (step.here() instanceof Node.Gather gather) {
            step.questions().unclear(gather);
        } else if (s.saysNothing() && !s.goesOn) {
            if (s.emptyTries++ > 0) {
                step.way().trouble();
            } else {
                send();
            }
        } else {
            answered();
        }
    }

    private void answered() {
        s.goesOn = false;
        s.troubled = false;
        step.save();
        step.speaking().finish(Then.LISTEN);
    }

    private void end() {
        step.living().ended();
        s.asking = NONE;
        s.brainDueMs = Dialogue.NEVER;
    }

    void silent() {
        step.effects.add(new StopBrain(s.turn));
        step.gaveUp(step.isLive() ? ServiceKind.SPEECH : ServiceKind.BRAIN, s.brain, LIMIT_MS, s.brainDueMs);
        failed(new ServiceFailure(ServiceFailure.Kind.SILENT));
    }

    /// Once more, then the next brain; the same one with less to read, where it was too much for it. An answer of which something is said already is
    /// left at that: another one would begin anew.
    void failed(ServiceFailure failure) {
        boolean isWriting = s.isWriting();
        end();
        s.rest = "";
        if (!s.saysNothing()) {
            s.last(Round.TALK);
            answered();
            return;
        }
        s.last(Round.TALK);
        if (failure.kind() == ServiceFailure.Kind.TOO_LONG && shorten()) {
            send();
            return;
        }
        if (failure.passes() && s.brainTries == 0) {
            s.brainTries++;
        } else {
            s.nextBrain();
        }
        if (hasBrain()) {
            send();
        } else if (isWriting) {
            step.transferring().written("");
        } else {
            failed();
        }
    }

    /// What was said first is not told this brain any more, for the rest of the call: it would find it too long again.
    ///
    /// @return false where that was done before in this turn, or is of no use
    private boolean shorten() {
        int chars = request().history().stream().mapToInt(Remark::chars).sum();
        if (s.shortened || chars < LEAST_ROOM_CHARS) {
            return false;
        }
        s.shortened = true;
        s.room = Math.max(LEAST_ROOM_CHARS, chars / 2);
        return true;
    }

    /// There is no brain any more. What was said to a node that gathers may be an answer all the same, and what the caller has heard the beginning of
    /// is left at that.
    private void failed() {
        if (s.goesOn) {
            answered();
        } else if (step.here() instanceof Node.Gather gather) {
            step.questions().unclear(gather);
        } else {
            step.way().trouble();
        }
    }

    private boolean chooses() {
        return step.here() instanceof Node.Gather;
    }
}
