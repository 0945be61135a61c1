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
/// @param logs the provider's own words, and what of them was cut
public record Contexts(ObjectNode initial, ObjectNode gathered, ObjectNode logs) {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private static final String PROVIDER = "provider";
    private static final String DIRECTION = "direction";
    private static final String CALLER = "caller_number";
    private static final String CALLED = "called_number";
    private static final String CALL_ID = "call_id";

    /// Behind the provider's name: its own names for the call, and how it says that the call came about.
    private static final String CALL_SID = "_call_sid";
    private static final String STREAM_SID = "_stream_sid";
    private static final String CONTEXT = "_context";

    private static final String WEBHOOK = "inbound_webhook";

    /// Keys that neither a template nor a custom parameter may set, also where they have no value: who asks for the caller's
    /// number gets it or nothing.
    public static Set<String> builtIn(String provider) {
        return Set.of(PROVIDER, DIRECTION, CALLER, CALLED, provider + CONTEXT);
    }

    /// What the provider calls a call that we dialled.
    private static final String OUTBOUND = "outbound-api";

    static Contexts offered(CallEvent.Offered offer, String provider, ObjectNode templateVariables) {
        ObjectNode initial = templateVariables.deepCopy();
        initial.remove(builtIn(provider));
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

    /// With what the start message of that provider says.
    Contexts started(CallEvent.Started start, String provider) {
        Set<String> builtIn = builtIn(provider);
        ObjectNode newInitial = initial.deepCopy();
        start.customParameters().forEach((name, value) -> {
            if (!builtIn.contains(name)) {
                newInitial.put(name, value);
            }
        });
        newInitial.put(DIRECTION, callType(start));
        put(newInitial, CALLER, start.from());
        put(newInitial, CALLED, start.to());
        put(newInitial, provider + CONTEXT, start.context());

        ObjectNode newGathered = gathered.deepCopy();
        if (!newGathered.has(CALL_ID)) {
            put(newGathered, CALL_ID, session(start).orElse(null));
        }
        put(newGathered, provider + CALL_SID, start.callSid());
        put(newGathered, provider + STREAM_SID, start.streamSid());

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
        if (start.cut() != null) {
            ArrayNode cut = newLogs.putArray("cut");
            start.cut().forEach(cut::add);
        }
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

    /// A lifecycle event as the run's readers see it: without what names the agent, and what is of use only to who reads the log.
    static ObjectNode shown(CallEvent event) {
        ObjectNode shown = Json.MAPPER.valueToTree(event);
        shown.remove("agent_digest");
        shown.remove("places");
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
