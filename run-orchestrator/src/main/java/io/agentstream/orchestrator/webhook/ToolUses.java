package io.agentstream.orchestrator.webhook;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Which uses of tools have begun in a conversation and are not over. A use is told of twice, when it begins and with its result, and nothing in
/// the two says that they are of one but the tool and what it was given; of several that are the same the first is over first. Pure; one thread.
final class ToolUses {

    private final List<Use> open = new ArrayList<>();

    /// One that has begun.
    ///
    /// @param begun how it was told
    /// @param entry what is said of it; null where that had no room
    record Use(JsonNode begun, @Nullable ObjectNode entry) {

        private boolean isOf(JsonNode event) {
            return isSame("tool", event) && isSame("arguments", event);
        }

        /// The result of a transfer comes without whom it was to: there is one at a time.
        private boolean isTransferOf(JsonNode event) {
            return begun.has("transfer") && isSame("tool", event);
        }

        /// Whoever takes a conversation over asks once more for what was not answered.
        private boolean isAskedAgainBy(JsonNode event) {
            return begun.has("transfer")
                    ? isSame("transfer", event)
                    : isOf(event) && begun.path("epoch").asInt(0) < event.path("epoch").asInt(0);
        }

        private boolean isSame(String field, JsonNode event) {
            return begun.path(field).equals(event.path(field));
        }
    }

    /// Whether the event has a result, which may be JSON's `null`.
    static boolean isOver(ObjectNode event) {
        return event.has("result") || event.path("answered").asBoolean(false);
    }

    /// Whether the event tells of a use that was told of before, by a worker that is gone.
    boolean isKnown(ObjectNode event) {
        return open.stream().anyMatch(use -> use.isAskedAgainBy(event));
    }

    void begins(ObjectNode event, @Nullable ObjectNode entry) {
        open.add(new Use(event, entry));
    }

    /// The use whose result the event has; empty where nobody told that it began.
    Optional<Use> ends(ObjectNode event) {
        return take(use -> use.isOf(event)).or(() -> take(use -> use.isTransferOf(event)));
    }

    private Optional<Use> take(Predicate<Use> wanted) {
        for (Iterator<Use> each = open.iterator(); each.hasNext(); ) {
            Use use = each.next();
            if (wanted.test(use)) {
                each.remove();
                return Optional.of(use);
            }
        }
        return Optional.empty();
    }
}
