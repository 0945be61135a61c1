package io.agentstream.orchestrator.decide;

import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.Json;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The three JSON documents of a run: what it knew at first, what it gathered, and what the provider said. Pure; any thread.
///
/// @param initial the agent's template variables, below them in rank the caller's custom parameters, and the built-in keys
/// @param gathered the provider's names for the call
/// @param logs the provider's own words
public record Contexts(ObjectNode initial, ObjectNode gathered, ObjectNode logs) {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private static final String PROVIDER = "provider";
    private static final String DIRECTION = "direction";
    private static final String CALLER = "caller_number";
    private static final String CALLED = "called_number";
    private static final String CALL_ID = "call_id";
    private static final String WEBHOOK = "inbound_webhook";

    /// Keys that no custom parameter may set, also where they have no value.
    private static final Set<String> BUILT_IN = Set.of(PROVIDER, DIRECTION, CALLER, CALLED);

    /// What the provider calls a call that we dialled.
    private static final String OUTBOUND = "outbound-api";

    static Contexts offered(CallEvent.Offered offer, String provider, ObjectNode templateVariables) {
        ObjectNode initial = templateVariables.deepCopy();
        initial.put(PROVIDER, provider);
        initial.put(DIRECTION, "inbound");
        put(initial, CALLER, offer.from());
        put(initial, CALLED, offer.to());
        ObjectNode gathered = NODES.objectNode();
        put(gathered, CALL_ID, offer.externalCallId());
        ObjectNode webhook = NODES.objectNode();
        put(webhook, "domain", offer.domain());
        return new Contexts(initial, gathered, NODES.objectNode().set(WEBHOOK, webhook));
    }

    /// With what the start message says.
    Contexts started(CallEvent.Started start) {
        ObjectNode newInitial = initial.deepCopy();
        start.customParameters().forEach((name, value) -> {
            if (!BUILT_IN.contains(name)) {
                newInitial.put(name, value);
            }
        });
        newInitial.put(DIRECTION, callType(start));
        put(newInitial, CALLER, start.from());
        put(newInitial, CALLED, start.to());

        ObjectNode newGathered = gathered.deepCopy();
        Optional<String> session = session(start);
        if (!newGathered.has(CALL_ID)) {
            put(newGathered, CALL_ID, session.orElse(null));
        }
        put(newGathered, "cloudonix_call_sid", session.orElse(null));
        put(newGathered, "cloudonix_stream_sid", start.streamSid());

        ObjectNode webhook = NODES.objectNode();
        put(webhook, "domain", start.domain());
        put(webhook, "session", start.session());
        put(webhook, "callSid", start.callSid());
        put(webhook, "streamSid", start.streamSid());
        put(webhook, "from", start.from());
        put(webhook, "to", start.to());
        put(webhook, "context", start.context());
        ArrayNode tracks = webhook.putArray("tracks");
        start.tracks().forEach(tracks::add);
        webhook.set("mediaFormat", format(start));
        ObjectNode newLogs = logs.deepCopy();
        newLogs.set(WEBHOOK, webhook);
        return new Contexts(newInitial, newGathered, newLogs);
    }

    /// In the provider's spelling: the log is to read as what it sent.
    private static ObjectNode format(CallEvent.Started start) {
        return NODES.objectNode()
                .put("encoding", start.mediaFormat().encoding())
                .put("sampleRate", start.mediaFormat().sampleRate())
                .put("channels", start.mediaFormat().channels());
    }

    /// `inbound` or `outbound`.
    static String callType(CallEvent.Started start) {
        return OUTBOUND.equals(start.context()) ? "outbound" : "inbound";
    }

    /// The name that the provider's REST API knows the call by.
    public static Optional<String> session(CallEvent.Started start) {
        return Optional.ofNullable(present(start.session()) ? start.session() : start.callSid())
                .filter(Contexts::present);
    }

    public static boolean identified(CallEvent.Started start) {
        return present(start.streamSid()) && present(start.callSid());
    }

    /// A lifecycle event as the run's readers see it: without what names the agent.
    static ObjectNode shown(CallEvent event) {
        ObjectNode shown = Json.MAPPER.valueToTree(event);
        shown.remove("agent_digest");
        return shown;
    }

    private static boolean present(@Nullable String text) {
        return text != null && !text.isEmpty();
    }

    private static void put(ObjectNode node, String name, @Nullable String value) {
        if (present(value)) {
            node.put(name, value);
        }
    }
}
