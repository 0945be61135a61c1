package io.agentstream.agents.dialogue;

import static io.agentstream.agents.dialogue.CascadeState.NONE;

import io.agentstream.agents.conversation.ConversationEffect.Tell;
import io.agentstream.agents.conversation.ConversationInput.Then;
import io.agentstream.agents.conversation.Dialogue;
import io.agentstream.agents.conversation.Fact;
import io.agentstream.agents.definition.Fault;
import io.agentstream.agents.definition.Node;
import io.agentstream.agents.definition.Template;
import io.agentstream.agents.definition.Tool;
import io.agentstream.agents.dialogue.CascadeState.Round;
import io.agentstream.agents.dialogue.CascadeState.Used;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.WellFormed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// What has to do with tools, in one step. Whatever becomes of a use, it has one result, which the brain is told.
final class Tooling {

    /// Uses of one answer; more are not done.
    static final int MAX_USES = 16;

    static final String TIMEOUT = error(Fault.TIMEOUT);
    private static final String NO_TOOL = "{\"error\":\"there is no such tool here\"}";
    private static final String NO_ARGUMENTS = "{\"error\":\"the arguments are no JSON object\"}";
    private static final String NO_KEYS = "{\"error\":\"keys are 1 to 40 of 0-9 * # A-D\"}";
    private static final String NO_ROOM = "{\"error\":\"too much is remembered already\"}";
    static final String OK = "{\"ok\":true}";

    /// Longest result that a brain is told.
    private static final int MAX_RESULT_CHARS = 16_000;

    /// How long the tones of keys may take to be made.
    private static final long PRESS_LIMIT_MS = 20_000;

    /// Levels of a result that is kept: it is part of an event, and of what another worker goes on from.
    private static final int MAX_DEPTH = Json.MAX_VALUE_DEPTH - 8;

    private static final Pattern KEYS = Pattern.compile("[0-9*#A-D]{1,40}");

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

    /// What is told of a failure.
    static String error(Fault fault) {
        return "{\"error\":\"" + fault.name().toLowerCase(Locale.ROOT) + "\"}";
    }

    private Used begun(Used wanted) {
        String name = wanted.use().tool();
        Node node = step.here();
        String way = Offers.choice(node, name, step.values());
        if (way != null) {
            s.go = way;
            return wanted.with(OK);
        }
        Optional<Tool> named = step.outside().named(name);
        if (!(node instanceof Node.Agent agent) || named.isEmpty() || !agent.tools().contains(named.get().name())) {
            return wanted.with(NO_TOOL);
        }
        Tool tool = named.get();
        JsonNode arguments = json(wanted.use().arguments());
        Optional<String> wrong = Arguments.problem(tool, arguments);
        if (wrong.isPresent()) {
            return wanted.with(wrong.get());
        }
        return switch (tool) {
            case Tool.Http _ -> ask(wanted, arguments);
            case Tool.SendDtmf press -> press(wanted, press, arguments);
            case Tool.HangUp hangUp -> ends(wanted, hangUp.say(), null);
            case Tool.EndWithOutcome end -> {
                String outcome = arguments.path("outcome").asString("");
                yield ends(wanted, end.say(), end.outcomes().contains(outcome) ? outcome : null);
            }
            case Tool.SetVariable set -> {
                Map<String, JsonNode> known = new HashMap<>();
                set.variables().keySet().stream().filter(arguments::has).forEach(each -> known.put(each, arguments.path(each)));
                yield wanted.with(step.way().know(known) ? OK : NO_ROOM);
            }
            case Tool.Transfer transfer -> transfer(wanted, transfer);
            case Tool.Mcp server -> ask(wanted, server, arguments);
        };
    }

    private Used ask(Used wanted, JsonNode arguments) {
        String tool = wanted.use().tool();
        Optional<Used> same = step.running().same(tool, arguments);
        if (same.isPresent()) {
            String result = same.get().result();
            return result != null ? wanted.with(result) : new Used(wanted.use(), same.get().key(), s.next++, Dialogue.NEVER, null);
        }
        Outside.Errand errand = step.outside().errand(tool, arguments, !wanted.key().isEmpty()).orElseThrow();
        int number = s.next++;
        String key = wanted.key().isEmpty() ? key(tool, arguments) : wanted.key();
        step.effects.add(new Tell(new Fact.ToolUsed(s.turn, tool, arguments, null)));
        step.effects.add(errand.call(s.turn, number, key, tool, arguments));
        if (wanted.key().isEmpty()) { // else another worker has begun to say it
            meanwhile(errand.say());
        }
        return new Used(wanted.use(), key, number, step.nowMs + errand.limitMs(), null);
    }

    /// The server of a tool that an agent may use here says itself what it takes.
    private Used ask(Used wanted, Tool.Mcp server, JsonNode arguments) {
        if (wanted.use().tool().equals(server.name())) {
            return wanted.with(NO_TOOL);
        }
        return arguments.isObject() ? ask(wanted, arguments) : wanted.with(NO_ARGUMENTS);
    }

    /// What is said while the tool is waited for, where the brain itself has said nothing.
    private void meanwhile(@Nullable Template say) {
        if (say != null && s.saysNothing()) {
            step.speaking().sentences(step.line(say));
            step.speaking().go();
        }
    }

    /// Is begun when the caller has heard what is being said; of several only the first. How it ended the brain is told then.
    private Used transfer(Used wanted, Tool.Transfer transfer) {
        if (s.transfer != null) {
            return wanted.with(NO_TOOL);
        }
        meanwhile(transfer.plan().say());
        s.transfer = Transferring.Wanted.of(++s.uses + "-" + transfer.name(), transfer.name(), wanted.use().id());
        return wanted.with(OK);
    }

    /// Is done when the tones are made: whoever takes over before that makes them anew, and behind it nobody does.
    private Used press(Used wanted, Tool.SendDtmf tool, JsonNode arguments) {
        String keys = tool.keys() == null ? arguments.path("keys").asString("").replaceAll("[\\s,-]", "") : tool.keys();
        if (!KEYS.matcher(keys).matches()) {
            return wanted.with(NO_KEYS);
        }
        int number = s.next++;
        step.effects.add(new Tell(new Fact.ToolUsed(s.turn, tool.name(), arguments, null)));
        step.speaking().press(new CascadeState.Press(keys, number));
        step.speaking().go();
        return new Used(wanted.use(), key(tool.name(), arguments), number, step.nowMs + PRESS_LIMIT_MS, null);
    }

    /// Is the same again where a worker has died before it could say that it asked, and the brain wants the same once more.
    private String key(String tool, JsonNode arguments) {
        return ++s.uses + "-" + Integer.toHexString((tool + arguments).hashCode());
    }

    private Used ends(Used wanted, @Nullable Template say, @Nullable String outcome) {
        if (outcome != null) {
            step.effects.add(new Tell(new Fact.NodeEntered(step.here().name(), outcome)));
        }
        s.ending = true;
        if (say != null) {
            step.speaking().sentences(step.line(say));
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
                    uses.set(u, used.with(told(result)));
                    rounds.set(n, new Round(List.copyOf(uses)));
                    s.turns = List.copyOf(rounds);
                    keep(used, result);
                    settle();
                    return;
                }
            }
        }
    }

    /// A result as a brain is told it.
    static String told(String result) {
        return WellFormed.beginning(result, MAX_RESULT_CHARS);
    }

    void keep(Used used, String result) {
        JsonNode json = json(result);
        step.effects.add(new Tell(new Fact.ToolUsed(s.turn, used.use().tool(), json(used.use().arguments()), json)));
        if (step.graph.tools().get(used.use().tool()) instanceof Tool.Http http && http.into() != null && !result.equals(TIMEOUT)) {
            step.way().know(Map.of(http.into(), json)); // the brain has been told it, whether it fits or not
        }
    }

    /// Waits for results; where all are there, the brain is told, or the conversation goes where it wants it to.
    private void settle() {
        step.save();
        if (s.turns.getLast().uses().stream().anyMatch(used -> used.result() == null)) {
            step.waits();
        } else if (s.ending) {
            if (s.pieces.stream().allMatch(piece -> piece.round() == NONE)) {
                step.speaking().farewell();
            } else {
                step.speaking().finish(Then.HANG_UP);
            }
        } else if (s.go != null) {
            String go = s.go;
            s.go = null;
            step.way().leave(go);
        } else if (s.transfer != null && s.pieces.isEmpty()) {
            step.transferring().ask();
        } else if (s.transfer != null) {
            step.speaking().finish(Then.GO_ON);
        } else if (step.here() instanceof Node.Gather gather) {
            step.questions().unclear(gather);
        } else {
            step.way().used();
        }
    }

    /// What is no JSON is a text, and so is JSON that is too deep for a record that has it in itself.
    static JsonNode json(String text) {
        return orText(parsed(text), text);
    }

    /// @param parsed what [#parsed(String)] makes of the text
    static JsonNode orText(Optional<JsonNode> parsed, String text) {
        return parsed.orElseGet(() -> Json.MAPPER.getNodeFactory().stringNode(text));
    }

    /// Nothing where it is no JSON that a record can hold.
    static Optional<JsonNode> parsed(String text) {
        try {
            return Optional.of(WellFormed.json(Json.MAPPER.readTree(text), text)).filter(json -> !json.isMissingNode() && isShallow(json, MAX_DEPTH));
        } catch (JacksonException none) {
            return Optional.empty();
        }
    }

    private static boolean isShallow(JsonNode json, int levels) {
        return levels > 0 && json.valueStream().allMatch(each -> isShallow(each, levels - 1));
    }
}
