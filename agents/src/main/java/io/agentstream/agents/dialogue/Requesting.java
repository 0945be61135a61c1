package io.agentstream.agents.dialogue;

import io.agentstream.agents.conversation.ConversationEffect.CallTool;
import io.agentstream.agents.conversation.ConversationEffect.Tell;
import io.agentstream.agents.conversation.Fact;
import io.agentstream.agents.conversation.HttpRequest;
import io.agentstream.agents.definition.Fault;
import io.agentstream.agents.definition.Node;
import io.agentstream.schemas.Json;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What has to do with a node that asks another system, in one step. Until it is answered the conversation stays there: what the caller says
/// meanwhile does not stop it.
final class Requesting {

    private final CascadeStep step;
    private final CascadeState s;

    Requesting(CascadeStep step) {
        this.step = step;
        this.s = step.s;
    }

    /// What is waited for.
    ///
    /// @param key see [CallTool#key()]
    record Asked(String key, int number, long dueMs) {}

    /// Asks, and says what there is to be said meanwhile.
    void ask(Node.Http http) {
        send(http, ++s.uses + "-" + http.name(), false);
        step.effects.add(new Tell(new Fact.ToolUsed(s.turn, http.name(), Json.MAPPER.createObjectNode(), null)));
        if (http.say() != null) {
            step.speaking().some(step.line(http.say()));
        }
    }

    /// Under the same key: whoever has done it already says so.
    void again(Node.Http http, Asked left) {
        send(http, left.key(), true);
    }

    private void send(Node.Http http, String key, boolean again) {
        int number = s.next++;
        s.asked = new Asked(key, number, step.nowMs + Outside.limitMs(http.call()));
        step.effects.add(new CallTool(s.turn, number, key, http.name(), "{}", HttpRequest.of(http.call(), step.values()), again));
        step.save();
        step.waits();
    }

    void late() {
        answered(true, Tooling.error(Fault.TIMEOUT));
    }

    void answered(boolean failed, String result) {
        s.asked = null;
        if (!(step.here() instanceof Node.Http http)) {
            return;
        }
        Optional<JsonNode> json = Tooling.parsed(result);
        step.effects.add(new Tell(new Fact.ToolUsed(
                s.turn, http.name(), Json.MAPPER.createObjectNode(), Tooling.orText(json, result))));
        step.save();
        Optional<Fault> fault = failed ? Optional.of(fault(result)) : kept(http.into(), json);
        if (fault.isEmpty()) {
            http.common().onDone(step.values()).ifPresentOrElse(step.way()::leave, step.way()::farewell);
        } else {
            http.common().onError(fault.get()).ifPresentOrElse(step.way()::leave, step.way()::trouble);
        }
    }

    /// @return why it could not be kept
    private Optional<Fault> kept(@Nullable String into, Optional<JsonNode> json) {
        if (into == null) {
            return Optional.empty();
        }
        if (json.isEmpty()) {
            return Optional.of(Fault.UNREADABLE);
        }
        return step.way().know(Map.of(into, json.get())) ? Optional.empty() : Optional.of(Fault.TOO_LARGE);
    }

    /// What the one who asked says of a failure; a word that is not known here is one of the network.
    private static Fault fault(String result) {
        String word = Tooling.parsed(result).map(json -> json.path("error").asString("")).orElse("");
        return Stream.of(Fault.values())
                .filter(each -> each.name().toLowerCase(Locale.ROOT).equals(word) && each != Fault.SERVICE)
                .findFirst()
                .orElse(Fault.NETWORK);
    }
}
