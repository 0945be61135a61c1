package io.agentstream.worker.loop;

import io.agentstream.agents.definition.Problem;
import io.agentstream.schemas.RunEvent;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Says which fields of stored definitions are passed over: of each call that begins; of calls that are taken over once for each definition, since all that another worker had may
/// come at once, and what was passed over there may be less. Only the loop.
final class PassedOver {

    private static final Logger log = LoggerFactory.getLogger(PassedOver.class);

    /// Most fields that are named.
    private static final int MAX_FIELDS = 10;

    /// Definitions of which is remembered that it was said; then it is said of the one that was met least lately once more.
    static final int MAX_KNOWN = 1_000;

    private final Map<String, Boolean> said = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > MAX_KNOWN;
        }
    };

    /// @param passedOver nothing: nothing is said
    /// @param isTakenOver whether another worker has begun the call
    void say(RunEvent.Running run, List<Problem> passedOver, boolean isTakenOver) {
        if (passedOver.isEmpty()) {
            return;
        }
        boolean isKnown = said.put(definition(run), true) != null;
        if (isTakenOver && isKnown) {
            return;
        }
        log.atWarn()
                .addKeyValue("call", run.callId())
                .addKeyValue("run", run.run().name())
                .addKeyValue("fields", passedOver.stream().map(Problem::field).distinct().limit(MAX_FIELDS).toList())
                .log("the agent's definition was written by other rules; what today's refuse is passed over");
    }

    private static String definition(RunEvent.Running run) {
        String key = run.definitionKey();
        return key == null ? run.run().agentId() + ":" + run.run().agentVersion() : key;
    }
}
