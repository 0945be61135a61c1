package io.agentstream.dev.simulator.sandbox;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// A session as the provider's API shows it. `endedMs` is null while it is live; `hungUp` says that a DELETE ended it.
record Session(int id, String token, String domain, long startedMs, @Nullable Long endedMs, boolean hungUp) {

    private static final JsonMapper JSON = new JsonMapper();

    Session ended(long nowMs, boolean byDelete) {
        return endedMs == null ? new Session(id, token, domain, startedMs, nowMs, byDelete) : this;
    }

    /// The provider's session object: instants twice, once as text of epoch milliseconds and once as a date-time.
    String toJson() {
        ObjectNode object = JSON.createObjectNode();
        object.put("id", id);
        object.put("domainId", 1);
        object.put("domain", domain);
        object.putNull("subscriberId");
        object.put("destination", "+15550199");
        object.put("callerId", "+15550100");
        object.put("direction", "Inbound");
        object.put("token", token);
        object.put("createdAt", Instant.ofEpochMilli(startedMs).toString());
        object.put("modifiedAt", Instant.ofEpochMilli(endedMs == null ? startedMs : endedMs).toString());
        object.putNull("timeLimit");
        object.put("status", endedMs == null ? "connected" : "completed");
        object.put("vappServer", "sandbox");
        object.put("callStartTime", Long.toString(startedMs));
        object.put("callAnswerTime", Long.toString(startedMs));
        object.put("answerTime", Instant.ofEpochMilli(startedMs).toString());
        if (endedMs == null) {
            object.putNull("callEndTime");
            object.putNull("endTime");
        } else {
            object.put("callEndTime", Long.toString(endedMs));
            object.put("endTime", Instant.ofEpochMilli(endedMs).toString());
        }
        object.putObject("profile");
        object.put("url", "/customers/self/domains/" + domain + "/sessions/" + token);
        return object.toString();
    }
}
