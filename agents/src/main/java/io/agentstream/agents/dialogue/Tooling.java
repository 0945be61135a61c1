package io.agentstream.agents.dialogue;

import static io.agentstream.agents.dialogue.CascadeState.NONE;

import io.agentstream.agents.conversation.ConversationEffect.CallTool;
import io.agentstream.agents.conversation.ConversationEffect.Tell;
import io.agentstream.agents.conversation.ConversationInput.ReplyDelayed;
import io.agentstream.agents.conversation.ConversationInput.Then;
import io.agentstream.agents.conversation.Fact;
import io.agentstream.agents.conversation.HttpRequest;
import io.agentstream.agents.definition.HttpCall;
import io.agentstream.agents.definition.Node;
import io.agentstream.agents.definition.Template;
import io.agentstream.agents.definition.Tool;
import io.agentstream.agents.dialogue.CascadeState.Round;
import io.agentstream.agents.dialogue.CascadeState.Used;
import io.agentstream.schemas.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// What has to do with tools, in one step. Whatever becomes of a use, it has one result, which the brain is told.
final class Tooling {

    /// Uses of one answer; more are not done.
    static final int MAX_USES = 16;

    static final String TIMEOUT = "{\"error\":\"no answer in time\"}";
    private static final String NO_TOOL = "{\"error\":\"there is no such tool here\"}";
    private static final String OK = "{\"ok\":true}";

    /// Longest result that a brain is told.
    private static final int MAX_RESULT_CHARS = 16_000;

    /// How much longer than a tool's own limit it is waited for.
    private static final long GRACE_MS = 2_000;

    private final CascadeStep step;
    private final CascadeState s;

    Tooling(CascadeStep step) {
        this.step = step;
        this.s = step.s;
    }

    /// Does what the brain wants done.
    void use() {
        List<Used> uses = new ArrayList<>();
        for (Used wanted : s.turns.getLast().uses()) {
            uses.add(begun(wanted));
        }
        s.last(new Round(List.copyOf(uses)));
        settle();
    }

    /// Goes on with what another worker had begun. What it had asked for is asked for again, under the same key: whoever did it already says so.
    void again(List<Used> left) {
        List<Used> uses = new ArrayList<>();
        for (Used used : left) {
            uses.add(used.result() == null ? begun(used) : used);
        }
        s.turns = List.of(new Round(List.copyOf(uses)));
        settle();
    }

    private Used begun(Used wanted) {
        String name = wanted.use().tool();
        Node node = step.graph.node(Objects.requireNonNull(s.node, "a tool is used before the opening"));
        String way = Offers.choice(node, name);
        if (way != null) {
            s.go = way;
            return wanted.with(OK);
        }
        if (!(node instanceof Node.Agent agent) || !agent.tools().contains(name)) {
            return wanted.with(NO_TOOL);
        }
        JsonNode arguments = json(wanted.use().arguments());
        return switch (step.graph.tool(name)) {
            case Tool.Http http -> {
                int number = s.next++;
                String key = wanted.key().isEmpty() ? key(name, arguments) : wanted.key();
                step.effects.add(new Tell(new Fact.ToolUsed(s.turn, name, arguments, null)));
                step.effects.add(new CallTool(
                        s.turn, number, key, name, arguments.toString(), HttpRequest.of(http.call(), step.values().with(given(http, arguments)))));
                if (http.say() != null && s.saysNothing()) {
                    Sentences.all(step.filled(http.say())).forEach(step.speaking()::add);
                    step.speaking().go();
                }
                yield new Used(wanted.use(), key, number, step.nowMs + limitMs(http.call()), null);
            }
            case Tool.HangUp hangUp -> ends(wanted, hangUp.say(), null);
            case Tool.EndWithOutcome end -> {
                String outcome = arguments.path("outcome").asString("");
                yield ends(wanted, end.say(), end.outcomes().contains(outcome) ? outcome : null);
            }
            case Tool.SetVariable set -> {
                Map<String, JsonNode> known = new HashMap<>();
                set.variables().keySet().stream().filter(arguments::has).forEach(each -> known.put(each, arguments.path(each)));
                step.way().know(known);
                yield wanted.with(OK);
            }
            case Tool.Transfer _, Tool.Mcp _, Tool.SendDtmf _ -> wanted.with(NO_TOOL); // not offered
        };
    }

    /// What the brain gave of what it was asked for: nothing else becomes a variable.
    private static Map<String, JsonNode> given(Tool.Http http, JsonNode arguments) {
        Map<String, JsonNode> given = new HashMap<>();
        http.parameters().keySet().stream().filter(arguments::has).forEach(each -> given.put(each, arguments.path(each)));
        return given;
    }

    /// Is the same again where a worker has died before it could say that it asked, and the brain wants the same once more.
    private String key(String tool, JsonNode arguments) {
        return ++s.uses + "-" + Integer.toHexString((tool + arguments).hashCode());
    }

    private static long limitMs(HttpCall call) {
        return (call.retries() + 1L) * call.timeoutMs() + GRACE_MS;
    }

    private Used ends(Used wanted, @Nullable Template say, @Nullable String outcome) {
        if (outcome != null) {
            step.effects.add(new Tell(new Fact.NodeEntered(Objects.requireNonNull(s.node), outcome)));
        }
        s.ending = true;
        if (say != null) {
            Sentences.all(step.filled(say)).forEach(step.speaking()::add);
        }
        return wanted.with(OK);
    }

    void answered(int number, String result) {
        List<Round> rounds = new ArrayList<>(s.turns);
        for (int n = 0; n < rounds.size(); n++) {
            List<Used> uses = new ArrayList<>(rounds.get(n).uses());
            for (int u = 0; u < uses.size(); u++) {
                Used used = uses.get(u);
                if (used.number() == number && used.number() != NONE && used.result() == null) {
                    uses.set(u, used.with(result.substring(0, Math.min(result.length(), MAX_RESULT_CHARS))));
                    rounds.set(n, new Round(List.copyOf(uses)));
                    s.turns = List.copyOf(rounds);
                    keep(used, result);
                    settle();
                    return;
                }
            }
        }
    }

    private void keep(Used used, String result) {
        JsonNode json = json(result);
        step.effects.add(new Tell(new Fact.ToolUsed(s.turn, used.use().tool(), json(used.use().arguments()), json)));
        if (step.graph.tool(used.use().tool()) instanceof Tool.Http http && http.into() != null && !result.equals(TIMEOUT)) {
            step.way().know(Map.of(http.into(), json));
        }
    }

    /// Waits for results; where all are there, the brain is told, or the conversation goes where it wants it to.
    private void settle() {
        step.save();
        if (s.turns.getLast().uses().stream().anyMatch(used -> used.result() == null)) {
            step.replies.add(new ReplyDelayed(s.turn));
            step.speaking().waits();
        } else if (s.ending) {
            if (s.pieces.stream().allMatch(piece -> piece.round() == NONE)) {
                step.speaking().line(step.filled(step.graph.settings().farewell()), Then.HANG_UP);
            } else {
                step.speaking().finish(Then.HANG_UP);
            }
        } else if (s.go != null) {
            String go = s.go;
            s.go = null;
            step.way().enter(go);
        } else {
            step.thinking().ask();
        }
    }

    /// What is no JSON is a text.
    private static JsonNode json(String text) {
        try {
            return Json.MAPPER.readTree(text);
        } catch (JacksonException none) {
            return Json.MAPPER.getNodeFactory().stringNode(text);
        }
    }
}
