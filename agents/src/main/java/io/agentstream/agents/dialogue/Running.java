package io.agentstream.agents.dialogue;

import io.agentstream.agents.conversation.ConversationInput.ToolAnswered;
import io.agentstream.agents.conversation.Remark;
import io.agentstream.agents.dialogue.CascadeState.Round;
import io.agentstream.agents.dialogue.CascadeState.Used;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// Uses of tools that go on although the caller has interrupted the turn that began them, in one step: what was begun in another system cannot be
/// taken back, so it runs to its end, and its result is told as soon as it is there. Who wants the same meanwhile waits for that one.
final class Running {

    /// What a brain is told of a use that goes on.
    static final String STILL = "{\"status\":\"still running; the result will stand here\"}";

    private final CascadeStep step;
    private final CascadeState s;

    Running(CascadeStep step) {
        this.step = step;
        this.s = step.s;
    }

    /// @param turn in which it is waited for
    /// @param used with its result where that is there and no brain was asked since
    /// @param ids the uses of the brain's that are to have its result
    record Use(int turn, Used used, List<String> ids) {
        Use with(String id) {
            return new Use(turn, used, Speaking.added(ids, id));
        }

        boolean goesOn() {
            return used.result() == null;
        }
    }

    /// What the turn that ends has begun goes on without it.
    void leave() {
        List<Use> running = new ArrayList<>(s.running);
        List<Round> rounds = new ArrayList<>();
        for (Round round : s.turns) {
            List<Used> uses = new ArrayList<>();
            for (Used used : round.uses()) {
                boolean goesOn = used.result() == null && !used.key().isEmpty() && step.outside().isAsked(used);
                if (goesOn) {
                    add(running, used);
                }
                uses.add(goesOn ? used.with(STILL) : used);
            }
            rounds.add(new Round(List.copyOf(uses)));
        }
        s.turns = List.copyOf(rounds);
        s.running = List.copyOf(running);
    }

    private void add(List<Use> running, Used used) {
        for (int i = 0; i < running.size(); i++) {
            if (running.get(i).used().key().equals(used.key())) { // somebody else's, whom it has waited for
                running.set(i, running.get(i).with(used.use().id()));
                return;
            }
        }
        running.add(new Use(s.turn, used, List.of(used.use().id())));
    }

    /// The same wish, which is under way, or was done while a brain was asked that did not know.
    Optional<Used> same(String tool, JsonNode arguments) {
        return s.running.stream()
                .map(Use::used)
                .filter(used -> used.use().tool().equals(tool) && Tooling.json(used.use().arguments()).equals(arguments))
                .findFirst();
    }

    /// For whoever is told while uses are waited for.
    static List<Round> going(List<Round> rounds) {
        return rounds.stream()
                .map(round -> new Round(
                        round.uses().stream().map(used -> used.result() == null ? used.with(STILL) : used).toList()))
                .toList();
    }

    /// A brain is asked, and knows by that what is done.
    void told() {
        s.running = s.running.stream().filter(Use::goesOn).toList();
    }

    boolean isUnderWay() {
        return s.running.stream().anyMatch(Use::goesOn);
    }

    /// The brain is asked when everything is done.
    void await() {
        s.awaits = true;
        step.waits();
    }

    /// Whether it is the answer to one of them.
    boolean isOf(ToolAnswered answered) {
        return s.running.stream().anyMatch(each -> isOf(each, answered));
    }

    private static boolean isOf(Use use, ToolAnswered answered) {
        return use.turn() == answered.turn() && use.used().number() == answered.number() && use.goesOn();
    }

    void answered(ToolAnswered answered) {
        s.running.stream().filter(each -> isOf(each, answered)).findFirst().ifPresent(each -> done(each, answered.result()));
    }

    void late(long nowMs) {
        for (Use each : s.running) {
            if (each.goesOn() && each.used().dueMs() <= nowMs) {
                done(each, Tooling.TIMEOUT);
            }
        }
    }

    private void done(Use use, String result) {
        String told = Tooling.told(result);
        boolean knows = s.asking == CascadeState.NONE; // whoever is asked next does
        s.running = s.running.stream()
                .filter(each -> !knows || !each.equals(use))
                .map(each -> each.equals(use) ? new Use(use.turn(), use.used().with(told), use.ids()) : each)
                .toList();
        s.turns = s.turns.stream().map(round -> round(round, use.ids(), told)).toList();
        s.history = Memories.fitted(s.history.stream()
                .map(remark -> remark.use() != null && use.ids().contains(remark.use()) && remark.text().equals(STILL)
                        ? Remark.result(remark.use(), told)
                        : remark)
                .toList());
        List<Used> waiting = s.turns.stream()
                .flatMap(round -> round.uses().stream())
                .filter(used -> used.key().equals(use.used().key()) && used.result() == null)
                .toList();
        if (!waiting.isEmpty()) {
            waiting.forEach(used -> step.tooling().answered(used.number(), result));
            return;
        }
        step.tooling().keep(use.used(), result);
        step.save();
        if (s.awaits && !isUnderWay()) {
            s.awaits = false;
            step.way().used();
        }
    }

    private static Round round(Round round, List<String> ids, String told) {
        return new Round(round.uses().stream()
                .map(used -> ids.contains(used.use().id()) && STILL.equals(used.result()) ? used.with(told) : used)
                .toList());
    }

    /// Another worker had asked: whoever has done it already says so, by its key.
    void again() {
        List<Use> running = new ArrayList<>();
        for (Use each : s.running) {
            Used used = each.used();
            JsonNode arguments = Tooling.json(used.use().arguments());
            Optional<Outside.Errand> errand = step.outside().errand(used.use().tool(), arguments, true);
            if (!each.goesOn() || errand.isEmpty()) {
                continue;
            }
            int number = s.next++;
            step.effects.add(errand.get().call(s.turn, number, used.key(), used.use().tool(), arguments));
            running.add(new Use(s.turn, new Used(used.use(), used.key(), number, step.nowMs + errand.get().limitMs(), null), each.ids()));
        }
        s.running = List.copyOf(running);
    }
}
