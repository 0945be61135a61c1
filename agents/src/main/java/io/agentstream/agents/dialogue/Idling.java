package io.agentstream.agents.dialogue;

import io.agentstream.agents.conversation.ConversationInput.Then;
import io.agentstream.agents.conversation.Remark;
import io.agentstream.agents.definition.Node;
import io.agentstream.agents.definition.Settings;
import io.agentstream.agents.definition.Template;
import java.util.List;
import java.util.Optional;

/// What comes of it that the caller says nothing, in one step.
final class Idling {

    private final CascadeStep step;
    private final CascadeState s;

    Idling(CascadeStep step) {
        this.step = step;
        this.s = step.s;
    }

    /// The node's way for that; a question is asked again, and elsewhere the caller is talked to.
    void silence() {
        Node node = step.here();
        if (Allowed.isLost(s, node)) {
            step.way().trouble();
            return;
        }
        Optional<String> way = s.keys.isEmpty() ? node.common().onSilence() : Optional.empty();
        if (way.isPresent()) {
            s.silences++;
            step.way().enter(way.get());
            return;
        }
        switch (node) {
            case Node.Gather gather -> step.questions().silence(gather, said());
            case Node.Capture capture -> step.questions().silence(capture, said());
            case Node.Say _, Node.Agent _, Node.HangUp _, Node.Set _, Node.Http _, Node.Transfer _ -> idle(node);
        }
    }

    /// The caller has said something, and nobody knows what: is asked for it once more, at once, which is none of the times that the node has for it.
    ///
    /// @return false where nothing is to be said here
    boolean again() {
        Node node = step.here();
        s.silences = 0;
        switch (node) {
            case Node.Gather gather -> {
                s.keys = "";
                s.tries--;
                step.questions().silence(gather, said());
            }
            case Node.Capture capture -> {
                s.keys = "";
                s.tries--;
                step.questions().silence(capture, said());
            }
            case Node.Agent agent -> {
                step.way().begin(agent, false);
                step.speaking().aside(said());
                step.speaking().finish(Then.LISTEN);
            }
            case Node.Say _, Node.HangUp _, Node.Set _, Node.Http _, Node.Transfer _ -> {
                return false;
            }
        }
        return true;
    }

    /// What is said to somebody who says nothing; empty where there is nothing, or nothing left.
    private String said() {
        List<Template> prompts = step.graph.settings().idle().prompts();
        if (!s.keys.isEmpty() || ++s.silences > prompts.size()) {
            return "";
        }
        return step.line(prompts.get(s.silences - 1));
    }

    /// Without prompts, what was said last is said once more.
    private void idle(Node node) {
        Settings.Idle idle = step.graph.settings().idle();
        String said = said();
        String again = idle.prompts().isEmpty() && s.silences == 1 ? last() : said;
        if (!again.isEmpty()) {
            step.way().begin(node, false);
            step.speaking().line(again, Then.LISTEN);
        } else if (idle.go() != null) {
            s.silences = 0;
            step.way().enter(idle.go());
        } else {
            step.way().farewell();
        }
    }

    private String last() {
        return s.history.reversed().stream()
                .filter(remark -> remark.by() == Remark.By.AGENT && !remark.text().isEmpty())
                .findFirst()
                .map(Remark::text)
                .orElse("");
    }
}
