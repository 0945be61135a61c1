package io.agentstream.dev.simulator.caller;

import java.util.Base64;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The dialect, both ways: writes the provider's frames, numbered as it does, and reads what the gateway may send.
///
/// Confined to the thread of its call.
final class ProviderFrames {

    static final String CONNECTED = "{\"event\":\"connected\",\"protocol\":\"Call\",\"version\":\"1.0.0\"}";

    private static final JsonMapper JSON = new JsonMapper();

    private final CallPlan plan;
    private final String streamSid;
    private long sequence = 1;
    private long chunk;

    ProviderFrames(CallPlan plan) {
        this.plan = plan;
        this.streamSid = JSON.writeValueAsString(plan.streamSid());
    }

    /// What the gateway may send.
    sealed interface Received {

        record Media(Speech audio) implements Received {}

        record Mark(String name) implements Received {}

        record Clear() implements Received {}

        /// A provider would warn and ignore it.
        record Rejected(String why) implements Received {}
    }

    String start() {
        ObjectNode frame = JSON.createObjectNode();
        frame.put("event", "start");
        frame.put("sequenceNumber", Long.toString(sequence++));
        frame.put("streamSid", plan.streamSid());
        ObjectNode start = frame.putObject("start");
        start.put("streamSid", plan.streamSid());
        start.put("callSid", plan.callSid());
        start.put("session", plan.session());
        start.put("accountSid", plan.accountSid());
        start.put("from", plan.from());
        start.put("to", plan.to());
        start.put("context", "inbound");
        start.putArray("tracks").add(plan.track());
        start.putObject("mediaFormat")
                .put("encoding", "audio/x-mulaw")
                .put("sampleRate", 8000)
                .put("channels", 1);
        ObjectNode custom = start.putObject("customParameters");
        plan.customParameters().forEach(custom::put);
        return frame.toString();
    }

    String media(byte[] payload) {
        long timestampMs = chunk++ * TelephoneFrame.MS;
        return head("media") + ",\"media\":{\"track\":\"" + plan.track() + "\",\"chunk\":\"" + chunk + "\",\"timestamp\":\""
                + timestampMs + "\",\"payload\":\"" + Base64.getEncoder().encodeToString(payload) + "\"}}";
    }

    String dtmf(char digit) {
        return head("dtmf") + ",\"dtmf\":{\"track\":\"inbound_track\",\"digit\":\"" + digit + "\"}}";
    }

    String mark(String name) {
        return head("mark") + ",\"mark\":{\"name\":" + JSON.writeValueAsString(name) + "}}";
    }

    String stop() {
        return head("stop") + ",\"stop\":{\"session\":" + JSON.writeValueAsString(plan.session()) + ",\"callSid\":"
                + JSON.writeValueAsString(plan.callSid()) + "}}";
    }

    private String head(String event) {
        return "{\"event\":\"" + event + "\",\"sequenceNumber\":\"" + sequence++ + "\",\"streamSid\":" + streamSid;
    }

    /// Strict, as the provider is: another stream's frame or a missing key is rejected.
    Received read(String text) {
        try {
            JsonNode frame = JSON.readTree(text);
            if (!frame.path("streamSid").asString("").equals(plan.streamSid())) {
                return new Received.Rejected("a frame for another stream, or for none");
            }
            return switch (frame.path("event").asString("")) {
                case "media" -> text(frame.path("media").path("payload"))
                        .<Received>map(payload -> new Received.Media(Speech.ofMulaw(Base64.getDecoder().decode(payload))))
                        .orElse(new Received.Rejected("media without a payload"));
                case "mark" -> text(frame.path("mark").path("name"))
                        .<Received>map(Received.Mark::new)
                        .orElse(new Received.Rejected("a mark without a name"));
                case "clear" -> new Received.Clear();
                default -> new Received.Rejected("an event that no provider knows");
            };
        } catch (JacksonException notJson) {
            return new Received.Rejected("text that is no JSON");
        } catch (IllegalArgumentException notBase64) {
            return new Received.Rejected("a payload that is no base64");
        }
    }

    private static Optional<String> text(JsonNode node) {
        return node.isString() ? Optional.of(node.asString()) : Optional.empty();
    }
}
