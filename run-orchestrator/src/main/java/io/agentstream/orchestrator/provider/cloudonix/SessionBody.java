package io.agentstream.orchestrator.provider.cloudonix;

import io.agentstream.orchestrator.provider.SessionCheck;
import java.util.Locale;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads a session object. The provider lists ended sessions too, so that it exists does not mean that it is live.
final class SessionBody {
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final Set<String> OVER = Set.of(
            "completed", "noanswer", "busy", "cancel", "nocredit", "congestion", "external", "error", "failed");

    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private SessionBody() {}

    static SessionCheck judge(BoundedBody.Body body) {
        if (body.tooLong()) {
            return unreadable();
        }
        JsonNode session;
        try {
            session = MAPPER.readTree(body.text().startsWith(BYTE_ORDER_MARK) ? body.text().substring(1) : body.text());
        } catch (JacksonException broken) {
            return unreadable();
        }
        if (!session.isObject()) {
            return unreadable();
        }
        boolean over = isTime(session.path("endTime"))
                || isTime(session.path("callEndTime"))
                || OVER.contains(word(session.path("status")));
        return over ? new SessionCheck.NotLive(SessionCheck.Reason.ENDED) : new SessionCheck.Live();
    }

    /// What has no end yet may say so with nothing, an empty text or zero, as a number or as text.
    private static boolean isTime(JsonNode node) {
        return !node.isMissingNode() && !node.isNull() && !node.asString("?").strip().matches("|0+(\\.0+)?");
    }

    /// In lower case and without what is not a letter: `NO ANSWER` and `no-answer` are `noanswer`.
    private static String word(JsonNode status) {
        return status.isString()
                ? status.stringValue().toLowerCase(Locale.ROOT).replaceAll("[^a-z]", "")
                : "";
    }

    private static SessionCheck unreadable() {
        return new SessionCheck.NotLive(SessionCheck.Reason.UNREADABLE_ANSWER);
    }
}
