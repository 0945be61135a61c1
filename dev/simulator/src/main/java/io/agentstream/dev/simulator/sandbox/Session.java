package io.agentstream.dev.simulator.sandbox;

import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// A session as the provider's API shows it.
///
/// @param destination whom it calls; null where somebody has called us
/// @param answeredMs null as long as nobody has answered
/// @param endedMs null while it is live
/// @param status in the provider's words
/// @param hungUp whether a DELETE ended it
record Session(
        int id, String token, String domain, @Nullable String destination, long startedMs, @Nullable Long answeredMs, @Nullable Long endedMs,
        String status, boolean hungUp) {

    private static final JsonMapper JSON = new JsonMapper();

    /// Of somebody who calls us, and talks already.
    static Session inbound(int id, String token, String domain, long nowMs) {
        return new Session(id, token, domain, null, nowMs, nowMs, null, "connected", false);
    }

    /// Of somebody who is called.
    static Session outbound(int id, String token, String domain, String destination, long nowMs) {
        return new Session(id, token, domain, destination, nowMs, null, null, "ringing", false);
    }

    Session answered(long nowMs) {
        return endedMs == null ? new Session(id, token, domain, destination, startedMs, nowMs, null, "connected", hungUp) : this;
    }

    Session ended(long nowMs, boolean byDelete) {
        return ended(nowMs, answeredMs == null ? "cancel" : "completed", byDelete);
    }

    Session ended(long nowMs, String how, boolean byDelete) {
        return endedMs == null ? new Session(id, token, domain, destination, startedMs, answeredMs, nowMs, how, byDelete) : this;
    }

    /// The provider's session object: instants twice, once as text of epoch milliseconds and once as a date-time.
    String toJson() {
        ObjectNode object = JSON.createObjectNode();
        object.put("id", id);
        object.put("domainId", 1);
        object.put("domain", domain);
        object.putNull("subscriberId");
        object.put("destination", destination == null ? "+15550199" : destination);
        object.put("callerId", "+15550100");
        object.put("direction", destination == null ? "Inbound" : "Outbound");
        object.put("token", token);
        object.put("createdAt", Instant.ofEpochMilli(startedMs).toString());
        object.put("modifiedAt", Instant.ofEpochMilli(endedMs == null ? startedMs : endedMs).toString());
        object.putNull("timeLimit");
        object.put("status", status.toLowerCase(Locale.ROOT));
        object.put("vappServer", "sandbox");
        object.put("callStartTime", Long.toString(startedMs));
        put(object, "callAnswerTime", "answerTime", answeredMs);
        put(object, "callEndTime", "endTime", endedMs);
        object.putObject("profile");
        object.put("url", "/customers/self/domains/" + domain + "/sessions/" + token);
        return object.toString();
    }

    private static void put(ObjectNode object, String number, String time, @Nullable Long atMs) {
        if (atMs == null) {
            object.putNull(number).putNull(time);
        } else {
            object.put(number, Long.toString(atMs)).put(time, Instant.ofEpochMilli(atMs).toString());
        }
    }
}
