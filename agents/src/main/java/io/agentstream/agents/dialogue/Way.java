package io.agentstream.agents.dialogue;

import io.agentstream.agents.capture.Captures;
import io.agentstream.agents.conversation.ConversationEffect.Tell;
import io.agentstream.agents.conversation.ConversationInput.ReplyBegun;
import io.agentstream.agents.conversation.ConversationInput.Then;
import io.agentstream.agents.conversation.Fact;
import io.agentstream.agents.conversation.Manners;
import io.agentstream.agents.conversation.Remark;
import io.agentstream.agents.definition.Edge;
import io.agentstream.agents.definition.Fault;
import io.agentstream.agents.definition.Node;
import io.agentstream.agents.definition.Settings;
import io.agentstream.agents.definition.Templates;
import io.agentstream.agents.definition.Values;
import io.agentstream.schemas.Json;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// The way through the graph, in one step: from node to node until something is said, asked, or waited for.
final class Way {

    /// Nodes that are gone through without a word. A graph that has been checked has no circle of such.
    private static final int MAX_HOPS = 100;

    private final CascadeStep step;
    private final CascadeState s;

    Way(CascadeStep step) {
        this.step = step;
        this.s = step.s;
    }

    /// Goes to a node, and on from there as far as nothing is said.
    void enter(String name) {
        @Nullable String next = name;
        for (int hop = 0; next != null; hop++) {
            if (hop >= MAX_HOPS) {
                farewell();
                return;
            }
            Node node = step.graph.node(next);
            SortedMap<String, Integer> visits = new TreeMap<>(s.visits);
            if (visits.merge(next, 1, Integer::sum) > node.common().maxVisits()) {
                Optional<String> limit = node.common().onLimit();
                if (limit.isEmpty()) {
                    farewell();
                    return;
                }
                next = limit.get();
                s.visits = visits;
                continue;
            }
            s.visits = visits;
            s.node = next;
            s.rounds = 0;
            s.tries = 1;
            s.keys = "";
            s.pending = null;
            next = arrive(node);
        }
    }

    /// Goes on to a node: at once, or where something is being said, once the caller has heard that.
    void leave(String to) {
        if (s.pieces.isEmpty()) {
            enter(to);
        } else {
            s.go = to;
            step.speaking().finish(Then.GO_ON);
        }
    }

    /// What the brain has used is done, and it is told; unless a condition holds by what is known now.
    void used() {
        step.here().common().onCondition(step.values()).ifPresentOrElse(this::leave, step.thinking()::ask);
    }

    /// The node's way for a limit.
    void limit(Node node) {
        node.common().onLimit().ifPresentOrElse(this::enter, this::farewell);
    }

    /// @return where it leads at once; null where something is seen to first
    private @Nullable String arrive(Node node) {
        switch (node) {
            case Node.Say say -> {
                begin(node, true);
                step.speaking().line(step.line(say.say()), Then.GO_ON);
            }
            case Node.Agent agent -> {
                begin(node, true);
                talk(agent);
            }
            case Node.HangUp hangUp -> {
                s.ending = true;
                begin(node, true);
                step.speaking().line(hangUp.say() == null ? "" : step.line(hangUp.say()), Then.HANG_UP);
            }
            case Node.Set set -> {
                assign(set.values());
                Optional<String> next = node.common().onDone(step.values());
                if (next.isPresent()) {
                    if (node.common().outcome() != null) {
                        step.effects.add(new Tell(new Fact.NodeEntered(node.name(), node.common().outcome())));
                    }
                    return next.get();
                }
                farewell();
            }
            case Node.Gather _, Node.Capture _ -> {
                begin(node, true);
                step.questions().ask(node);
            }
            case Node.Http http -> {
                begin(node, true);
                step.requesting().ask(http);
            }
            case Node.Transfer transfer -> {
                begin(node, true);
                s.transfer = Transferring.Wanted.of(++s.uses + "-" + transfer.name(), null, null);
                if (transfer.plan().say() == null) {
                    step.transferring().ask();
                } else {
                    step.speaking().line(step.line(transfer.plan().say()), Then.GO_ON);
                }
            }
        }
        return null;
    }

    private void talk(Node.Agent agent) {
        if (agent.say() != null) {
            step.speaking().line(step.line(agent.say()), Then.LISTEN);
        } else if (s.history.isEmpty() && step.graph.settings().firstSpeaker() == Settings.FirstSpeaker.CALLER) {
            step.speaking().finish(Then.LISTEN);
        } else {
            step.thinking().ask();
        }
    }

    private void assign(Map<String, Node.Assigned> values) {
        Values before = step.values();
        Map<String, JsonNode> assigned = new HashMap<>();
        values.forEach((name, value) -> assigned.put(name, switch (value) {
            case Node.Assigned.Text text -> Json.MAPPER.getNodeFactory().stringNode(Templates.plain(text.text(), before));
            case Node.Assigned.Fixed fixed -> fixed.value();
            case Node.Assigned.Plus plus -> { // what is no number counts as none
                BigDecimal number = Values.number(before.find(name)).orElse(BigDecimal.ZERO);
                yield Json.MAPPER.getNodeFactory().numberNode(number.add(plus.more()));
            }
        }));
        know(assigned);
    }

    /// @return false where it is more than can be kept, and is not known
    boolean know(Map<String, JsonNode> values) {
        SortedMap<String, JsonNode> variables = new TreeMap<>(s.variables);
        variables.putAll(values);
        boolean fits = Kept.fits(values, variables);
        s.variables = fits ? variables : s.variables;
        return fits;
    }

    /// Says to the floor where the conversation is.
    ///
    /// @param entered whether it has come there just now
    void begin(Node node, boolean entered) {
        step.replies.add(new ReplyBegun(
                s.turn, entered ? node.name() : null, manners(node), null, entered ? node.common().outcome() : null));
    }

    private Manners manners(Node node) {
        Manners allowed = Allowed.in(step.graph, s, node);
        return s.ending ? allowed : Attention.of(allowed, step.graph.settings(), node.common());
    }

    /// The caller has heard what there was to say.
    void goOn() {
        String go = s.go;
        s.go = null;
        if (go == null && s.transfer != null) {
            step.transferring().ask();
            return;
        }
        Optional.ofNullable(go).or(() -> step.here().common().onDone(step.values())).ifPresentOrElse(this::enter, this::farewell);
    }

    void key(char digit) {
        know(Map.of(Values.DIGIT, Json.MAPPER.getNodeFactory().stringNode(String.valueOf(digit))));
        s.silences = 0;
        switch (step.here()) {
            case Node.Gather gather -> step.questions().key(gather, digit);
            case Node.Capture capture -> step.questions().key(capture, digit);
            case Node.Agent agent when step.isLive() && agent.common().onKey(digit).isEmpty() -> step.living().pressed(agent, digit);
            case Node.Say _, Node.Agent _, Node.HangUp _, Node.Set _, Node.Http _, Node.Transfer _ ->
                step.here().common().onKey(digit).ifPresentOrElse(this::enter, this::stay);
        }
    }

    /// Nothing to be answered: what was cut short is said to its end, and the caller is listened to again.
    void stay() {
        List<String> rest = s.cutOff;
        Then then = s.cutThen;
        boolean thought = s.cutThought;
        boolean waited = s.cutWaited;
        s.forgetCutOff();
        begin(step.here(), false);
        if (thought && waited && step.running().isUnderWay()) {
            step.running().await();
        } else if (thought) {
            step.thinking().ask();
        } else if (rest.isEmpty() || then == null) {
            step.speaking().finish(Then.LISTEN);
        } else {
            step.speaking().texts(rest, then);
        }
    }

    /// The caller has said something that whoever answers has heard, and that nobody knows in words yet.
    ///
    /// @param remark stands for them
    void sound(String remark) {
        said(remark);
        if (step.here() instanceof Node.Agent agent) {
            answer(agent);
        } else {
            stay();
        }
    }

    private void said(String text) {
        s.silences = 0;
        s.go = null;
        step.transferring().drop();
        step.remember(Remark.caller(text));
    }

    void words(String text) {
        said(text);
        Node node = step.here();
        switch (node) {
            case Node.Gather gather -> step.questions().words(gather, text);
            case Node.Capture capture -> step.questions().words(capture, text);
            case Node.Agent agent -> answer(agent, text);
            case Node.Say _, Node.HangUp _, Node.Set _, Node.Http _, Node.Transfer _ -> stay();
        }
    }

    private void answer(Node.Agent agent, String text) {
        Optional<Edge.Intent> meant = Captures.intent(agent.common().intents(), text);
        if (meant.isPresent()) {
            enter(meant.get().go());
        } else {
            answer(agent);
        }
    }

    void answer(Node.Agent agent) {
        if (++s.rounds > agent.maxRounds()) {
            limit(agent);
        } else {
            begin(agent, false);
            step.thinking().ask();
        }
    }

    /// What another worker was saying is said from the first sentence on that was not heard to its end; what it had not thought out is thought
    /// out anew, or where the caller has heard the beginning of it, from there on; and the tools that it used are waited for. Where it waited for the
    /// words of what the caller had said, those that it knew are answered.
    void again() {
        if (s.node == null) {
            enter(step.graph.start());
            return;
        }
        List<Unheard> saying = s.saying;
        Then then = s.sayingThen;
        List<CascadeState.Used> left = s.left;
        boolean owes = s.owes;
        boolean awaited = s.awaited;
        boolean goesOn = s.goesOn;
        Requesting.Asked asked = s.asked;
        String words = s.words;
        s.forgetLeft();
        if (step.hearing().again(words)) {
            return;
        }
        if (then == null && left.isEmpty() && !owes && asked == null && s.transfer == null && !s.ending) {
            stay();
            return;
        }
        begin(step.here(), false);
        if (then != null || !s.ending) {
            step.speaking().again(saying);
        }
        if (then != null) {
            step.speaking().finish(then);
        } else if (!left.isEmpty()) { // also of what ends then: one may have been begun beside the wish to hang up
            step.tooling().again(left);
        } else if (s.ending) {
            step.speaking().farewell();
        } else if (asked != null && step.here() instanceof Node.Http http) {
            step.requesting().again(http, asked);
        } else if (s.transfer != null) {
            step.transferring().ask();
        } else if (awaited && step.running().isUnderWay()) {
            step.running().await();
        } else if (goesOn) {
            step.thinking().goOn();
        } else {
            step.thinking().ask();
        }
    }

    /// A service has failed for good: the node's way for that, or everybody's, and where there is none or it has been taken, an apology and the
    /// end.
    void trouble() {
        Settings.Trouble trouble = step.graph.settings().trouble();
        if (!s.troubled && !s.ending) {
            Optional<String> way = step.here().common().onError(Fault.SERVICE).or(() -> Optional.ofNullable(trouble.go()));
            if (way.isPresent()) {
                s.troubled = true;
                leave(way.get());
                return;
            }
        }
        s.ending = true;
        s.apologizes = true;
        begin(step.here(), false);
        step.speaking().line(step.line(trouble.say()), Then.HANG_UP);
    }

    void farewell() {
        s.ending = true;
        if (s.node != null) {
            begin(step.here(), false);
        }
        step.speaking().farewell();
    }
}
