package io.agentstream.agents.dialogue;

import io.agentstream.agents.capture.Captured;
import io.agentstream.agents.capture.Captures;
import io.agentstream.agents.conversation.ConversationInput.Then;
import io.agentstream.agents.definition.CaptureKind;
import io.agentstream.agents.definition.Edge;
import io.agentstream.agents.definition.Node;
import io.agentstream.agents.definition.Template;
import io.agentstream.agents.definition.Templates;
import io.agentstream.agents.definition.Values;
import io.agentstream.schemas.Json;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Questions that are asked until they are answered, as often as they may be, in one step: by keys or words, or for a value of a kind that is
/// read back.
final class Questions {

    private final CascadeStep step;
    private final CascadeState s;

    Questions(CascadeStep step) {
        this.step = step;
        this.s = step.s;
    }

    /// A value that was understood, and that the caller is to confirm.
    record Pending(JsonNode value, String spoken) {
        static Pending of(Captured captured) {
            return new Pending(captured.value(), captured.spoken());
        }

        @Override
        public String toString() {
            return "Pending[" + value.getNodeType() + "]";
        }
    }

    /// Asks for the first time.
    void ask(Node node) {
        step.speaking().line(question(node, false), Then.LISTEN);
    }

    private String question(Node node, boolean again) {
        return switch (node) {
            case Node.Gather gather -> step.line(again && gather.again() != null ? gather.again() : gather.say());
            case Node.Capture capture -> {
                String line = step.line(again && capture.again() != null ? capture.again() : capture.say());
                yield capture.what() == CaptureKind.YES_NO ? withHint(line) : line;
            }
            case Node.Say _, Node.Agent _, Node.HangUp _, Node.Set _, Node.Http _, Node.Transfer _ -> "";
        };
    }

    private String withHint(String line) {
        return Allowed.isHeard(step.graph, s) ? line : line + " " + Captures.yesNoByKeys(language());
    }

    private String language() {
        return step.graph.settings().language();
    }

    /// The question once more; too often, and it is left.
    private void again(Node node, int attempts, String before) {
        s.keys = "";
        s.pending = null;
        if (isTooOften(node, attempts)) {
            return;
        }
        step.way().begin(node, false);
        step.speaking().line((before + " " + question(node, true)).strip(), Then.LISTEN);
    }

    private boolean isTooOften(Node node, int attempts) {
        if (++s.tries <= attempts) {
            return false;
        }
        step.way().limit(node);
        return true;
    }

    /// More keys are waited for.
    private void listen(Node node) {
        step.way().begin(node, false);
        step.speaking().finish(Then.LISTEN);
    }

    private void accept(Node node, @Nullable String into, JsonNode value) {
        s.keys = "";
        s.pending = null;
        if (into != null) {
            step.way().know(Map.of(into, value));
        }
        Optional<String> next = node.common().onDone(step.values());
        if (next.isPresent()) {
            step.way().enter(next.get());
        } else if (node instanceof Node.Gather gather) {
            again(gather, gather.attempts(), "");
        } else {
            step.way().farewell();
        }
    }

    /// @param before what is said before the question where it is asked once more
    void silence(Node.Gather gather, String before) {
        if (!s.keys.isEmpty()) {
            complete(gather);
        } else {
            again(gather, gather.attempts(), before);
        }
    }

    void silence(Node.Capture capture, String before) {
        if (!s.keys.isEmpty()) {
            complete(capture);
        } else if (s.pending != null) {
            confirm(capture, before);
        } else {
            again(capture, capture.attempts(), before);
        }
    }

    void key(Node.Gather gather, char digit) {
        Node.Keys keys = gather.keys();
        Optional<String> edge = gather.common().onKey(digit);
        if (edge.isPresent()) {
            if (gather.into() != null) {
                step.way().know(Map.of(gather.into(), text(String.valueOf(digit))));
            }
            step.way().enter(edge.get());
        } else if (keys == null) {
            step.way().stay();
        } else if (keys.end() != null && keys.end() == digit) {
            complete(gather);
        } else {
            s.keys += digit;
            if (s.keys.length() >= keys.max()) {
                complete(gather);
            } else {
                listen(gather);
            }
        }
    }

    private void complete(Node.Gather gather) {
        String keyed = s.keys;
        Node.Keys keys = gather.keys();
        if (keys == null || keyed.length() < keys.min()) {
            again(gather, gather.attempts(), "");
        } else {
            accept(gather, gather.into(), text(keyed));
        }
    }

    void key(Node.Capture capture, char digit) {
        boolean isDigit = digit >= '0' && digit <= '9';
        Optional<String> edge = capture.common().onKey(digit);
        int most = Captures.maxKeys(capture);
        if (s.pending != null && isDigit) {
            confirmedByKey(capture, digit);
        } else if (edge.isPresent()) {
            step.way().enter(edge.get());
        } else if (digit == Allowed.END && most > 0) {
            complete(capture);
        } else if (isDigit && most > 0) {
            s.keys += digit;
            if (s.keys.length() >= most) {
                complete(capture);
            } else {
                listen(capture);
            }
        } else {
            step.way().stay();
        }
    }

    private void confirmedByKey(Node.Capture capture, char digit) {
        if (digit == '1' && s.pending != null) {
            accept(capture, capture.into(), s.pending.value());
        } else if (digit == '2') {
            again(capture, capture.attempts(), "");
        } else {
            confirm(capture, "");
        }
    }

    private void complete(Node.Capture capture) {
        Optional<Captured> value = Captures.ofKeys(capture, s.keys, language());
        s.keys = "";
        value.ifPresentOrElse(each -> understood(capture, each), () -> again(capture, capture.attempts(), ""));
    }

    /// The brain is asked what is wanted where only that can tell.
    void words(Node.Gather gather, String text) {
        s.keys = "";
        Optional<Edge.Intent> meant = Captures.intent(gather.common().intents(), text);
        if (gather.into() != null) {
            step.way().know(Map.of(gather.into(), text(text)));
        }
        if (meant.isPresent()) {
            step.way().enter(meant.get().go());
        } else if (gather.common().intents().stream().anyMatch(intent -> intent.description() != null) && step.thinking().hasBrain()) {
            step.way().begin(gather, false);
            step.thinking().ask();
        } else {
            unclear(gather);
        }
    }

    /// What was said is none of the intents.
    void unclear(Node.Gather gather) {
        accept(gather, null, text(""));
    }

    void words(Node.Capture capture, String text) {
        Pending pending = s.pending;
        s.keys = "";
        Optional<Boolean> confirms = pending == null ? Optional.empty() : Captures.confirms(text, language());
        if (pending != null && confirms.orElse(false)) {
            accept(capture, capture.into(), pending.value());
            return;
        }
        if (pending == null) {
            value(capture, text).ifPresentOrElse(each -> understood(capture, each), () -> again(capture, capture.attempts(), ""));
        } else {
            corrected(capture, text, pending, confirms.isPresent());
        }
    }

    /// "No, it is five": who corrects is not asked what is right.
    private void corrected(Node.Capture capture, String text, Pending pending, boolean denied) {
        Optional<Captured> other = capture.what() == CaptureKind.NAME
                ? Optional.empty()
                : value(capture, text).filter(each -> !each.value().equals(pending.value()));
        if (other.isPresent()) {
            if (!isTooOften(capture, capture.attempts())) {
                understood(capture, other.get());
            }
        } else if (denied) {
            again(capture, capture.attempts(), "");
        } else {
            confirm(capture, "");
        }
    }

    private Optional<Captured> value(Node.Capture capture, String text) {
        LocalDate today = Instant.ofEpochMilli(step.nowMs).atZone(step.graph.settings().timeZone()).toLocalDate();
        return Captures.ofWords(capture, text, language(), today);
    }

    private void understood(Node.Capture capture, Captured captured) {
        if (capture.readBack()) {
            s.pending = Pending.of(captured);
            readBack(capture, "");
        } else {
            accept(capture, capture.into(), captured.value());
        }
    }

    /// Reads back once more.
    private void confirm(Node.Capture capture, String before) {
        if (!isTooOften(capture, capture.attempts())) {
            readBack(capture, before);
        }
    }

    private void readBack(Node.Capture capture, String before) {
        Pending pending = s.pending;
        step.way().begin(capture, false);
        Template confirm = capture.confirm();
        Values values = pending == null ? step.values() : step.values().with(Values.VALUE, text(pending.spoken()));
        step.speaking().line((before + " " + withHint(Templates.line(confirm, values))).strip(), Then.LISTEN);
    }

    /// Whether words that otherwise say only that somebody listens are an answer here.
    boolean isAnswer(Node node, String text) {
        boolean isMeant = Captures.intent(node.common().intents(), text).isPresent();
        return isMeant || switch (node) {
            case Node.Gather gather -> Captures.confirms(text, language()).isPresent();
            case Node.Capture capture -> s.pending != null
                    ? Captures.confirms(text, language()).isPresent()
                    : capture.what() != CaptureKind.NAME && value(capture, text).isPresent();
            case Node.Say _, Node.Agent _, Node.HangUp _, Node.Set _, Node.Http _, Node.Transfer _ -> false;
        };
    }

    private static JsonNode text(String text) {
        return Json.MAPPER.getNodeFactory().stringNode(text);
    }
}
