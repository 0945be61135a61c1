package io.agentstream.agents.dialogue;

import io.agentstream.agents.conversation.ConversationEffect.Tell;
import io.agentstream.agents.conversation.ConversationInput.Then;
import io.agentstream.agents.conversation.Dialogue;
import io.agentstream.agents.conversation.Fact;
import io.agentstream.agents.conversation.Remark;
import io.agentstream.agents.definition.Node;
import io.agentstream.agents.definition.Template;
import io.agentstream.agents.definition.Templates;
import io.agentstream.agents.definition.Tool;
import io.agentstream.agents.definition.TransferPlan;
import io.agentstream.agents.definition.TransferPlan.Warm;
import io.agentstream.agents.definition.Values;
import io.agentstream.agents.dialogue.CascadeState.Round;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.Transfer;
import io.agentstream.schemas.WellFormed;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What has to do with giving the caller to somebody else, in one step. Somebody outside does it, who reads the fact; until it is known how it
/// ended the conversation stays where it is.
final class Transferring {

    /// How much longer than the other side may ring it is waited for.
    private static final long GRACE_MS = 20_000;

    private final CascadeStep step;
    private final CascadeState s;

    Transferring(CascadeStep step) {
        this.step = step;
        this.s = step.s;
    }

    /// What is wanted, and once it is asked for, waited for.
    ///
    /// @param key of this use within the call
    /// @param tool the brain's tool that wants it, and the use that is told how it ended; null: the node does
    /// @param asked whether somebody was asked: not before the caller has heard what is said before
    /// @param dueMs [Dialogue#NEVER] as long as nobody is waited for
    /// @param summary what the other side is told; null as long as that is not known, or nothing
    record Wanted(String key, @Nullable String tool, @Nullable String use, boolean asked, long dueMs, @Nullable String summary) {

        static Wanted of(String key, @Nullable String tool, @Nullable String use) {
            return new Wanted(key, tool, use, false, Dialogue.NEVER, null);
        }

        Wanted left() {
            return new Wanted(key, tool, use, asked, Dialogue.NEVER, summary);
        }

        Wanted telling(String what) {
            return new Wanted(key, tool, use, asked, dueMs, WellFormed.beginning(what, Warm.MAX_SUMMARY_CHARS));
        }

        Wanted asked(long untilMs) {
            return new Wanted(key, tool, use, true, untilMs, summary);
        }

        /// Without what is told.
        @Override
        public String toString() {
            return "Wanted[" + key + ", " + (asked ? "asked" : "not asked") + "]";
        }
    }

    /// @param onFailure the node that it leads to where nobody takes the caller; null: the brain goes on
    private record Terms(TransferPlan plan, @Nullable String onFailure) {}

    /// Asks for what is wanted. Whoever goes on with another worker's call asks under the same key: who did it already says how it ended.
    void ask() {
        Wanted wanted = Objects.requireNonNull(s.transfer, "nothing is wanted");
        Terms terms = terms(wanted);
        if (terms == null) {
            s.transfer = null;
            step.way().trouble();
            return;
        }
        TransferPlan plan = terms.plan();
        Warm warm = plan.warm();
        if (warm != null && wanted.summary() == null) {
            if (warm.summary() == null) {
                step.way().begin(step.here(), false);
                step.thinking().write();
                return;
            }
            wanted = wanted.telling(step.line(warm.summary()));
        }
        s.transfer = wanted.asked(step.nowMs + plan.limitMs() + GRACE_MS);
        step.way().begin(step.here(), false);
        String to = Templates.number(plan.to(), step.values());
        if (to.isEmpty()) {
            answered(Transfer.FAILED);
            return;
        }
        ObjectNode arguments = Json.MAPPER.createObjectNode().put("to", to).put("ring_ms", plan.ringMs());
        if (warm != null) {
            arguments.put("summary", wanted.summary()).put("question", step.line(warm.question())).put("language", warm.language())
                    .put("answer_ms", Warm.ANSWER_MS);
        }
        step.effects.add(new Tell(new Fact.TransferAsked(s.turn, name(wanted), wanted.key(), arguments)));
        step.save();
        step.waits();
    }

    /// What the brain makes of the call for the other side; empty where it makes nothing.
    void written(String text) {
        Wanted wanted = Objects.requireNonNull(s.transfer, "nothing is wanted");
        Terms terms = terms(wanted);
        Warm warm = terms == null ? null : terms.plan().warm();
        s.transfer = wanted.telling(text.isBlank() && warm != null ? step.line(warm.inBrief()) : text.strip());
        ask();
    }

    private String name(Wanted wanted) {
        return wanted.tool() == null ? step.here().name() : wanted.tool();
    }

    /// What the tool or the node says of it that wants it; null where that is none that transfers.
    private @Nullable Terms terms(Wanted wanted) {
        if (wanted.tool() != null) {
            return step.graph.tool(wanted.tool()) instanceof Tool.Transfer tool ? new Terms(tool.plan(), tool.onFailure()) : null;
        }
        return step.here() instanceof Node.Transfer node ? new Terms(node.plan(), node.onFailure()) : null;
    }

    /// What the caller hears again and again while somebody is asked to take the call; null: what else there is to say to one who waits.
    @Nullable Template hold() {
        Wanted wanted = s.transfer;
        Terms terms = wanted == null || !wanted.asked() ? null : terms(wanted);
        Warm warm = terms == null ? null : terms.plan().warm();
        return warm == null ? null : warm.hold();
    }

    void late() {
        answered(Transfer.FAILED);
    }

    void answered(Transfer outcome) {
        Wanted wanted = Objects.requireNonNull(s.transfer, "nothing is wanted");
        s.transfer = null;
        step.way().know(Map.of(Values.TRANSFER, Json.MAPPER.getNodeFactory().stringNode(lower(outcome))));
        step.save();
        JsonNode told = result(outcome);
        step.effects.add(new Tell(new Fact.ToolUsed(s.turn, name(wanted), Json.MAPPER.createObjectNode(), told)));
        tell(wanted, told.toString());
        if (outcome == Transfer.CONNECTED) {
            connected();
            return;
        }
        step.way().begin(step.here(), false);
        Terms terms = terms(wanted);
        if (terms != null && terms.onFailure() != null) {
            step.way().leave(terms.onFailure());
        } else {
            step.way().used();
        }
    }

    /// Nobody hears us any more.
    private void connected() {
        s.transferred = true;
        String next = step.here() instanceof Node.Transfer node ? node.onSuccess() : null;
        if (next == null) {
            s.ending = true;
            step.speaking().finish(Then.HANG_UP);
        } else {
            step.way().leave(next);
        }
    }

    /// The caller has said something before anybody was asked: it does not come to it.
    void drop() {
        Wanted wanted = s.transfer;
        s.transfer = null;
        if (wanted != null) {
            tell(wanted, Memories.DROPPED);
        }
    }

    /// The brain was told that its wish is seen to; now it is told how that ended.
    private void tell(Wanted wanted, String result) {
        if (wanted.use() == null) {
            return;
        }
        s.history = told(s.history, wanted.use(), result);
        s.turns = s.turns.stream()
                .map(round -> new Round(round.uses().stream()
                        .map(used -> used.use().id().equals(wanted.use()) ? used.with(result) : used)
                        .toList()))
                .toList();
    }

    /// The use and what came of it are the newest of what is remembered, behind what was said on the way there.
    private static List<Remark> told(List<Remark> history, String id, String result) {
        int at = history.size() - 1;
        while (at >= 0 && history.get(at).uses().stream().noneMatch(use -> use.id().equals(id))) {
            at--;
        }
        if (at < 0) {
            return history; // forgotten
        }
        Remark wish = history.get(at);
        List<Remark> all = new ArrayList<>(history.subList(0, at));
        List<Remark.Use> others = wish.uses().stream().filter(use -> !use.id().equals(id)).toList();
        if (!others.isEmpty() || !wish.text().isEmpty()) {
            all.add(Remark.agent(wish.text(), others));
        }
        history.subList(at + 1, history.size()).stream().filter(remark -> !id.equals(remark.use())).forEach(all::add);
        all.add(Remark.agent("", wish.uses().stream().filter(use -> use.id().equals(id)).toList()));
        all.add(Remark.result(id, result));
        return List.copyOf(all);
    }

    private static JsonNode result(Transfer outcome) {
        ObjectNode json = Json.MAPPER.createObjectNode();
        return outcome == Transfer.CONNECTED ? json.put("ok", true) : json.put("error", lower(outcome));
    }

    private static String lower(Transfer outcome) {
        return outcome.name().toLowerCase(Locale.ROOT);
    }
}
