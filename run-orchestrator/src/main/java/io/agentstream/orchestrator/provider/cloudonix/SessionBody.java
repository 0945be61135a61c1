package io.agentstream.orchestrator.provider.cloudonix;

import io.agentstream.orchestrator.provider.Leg;
import io.agentstream.orchestrator.provider.SessionCheck;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads a session object. The provider lists ended sessions too, so that it exists does not mean that it is live.
final class SessionBody {
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final Set<String> OVER = Set.of(
            "completed", "noanswer", "busy", "cancel", "nocredit", "congestion", "external", "error", "failed");

    private static final Set<String> ANSWERED = Set.of("connected", "answer", "answered");

    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private SessionBody() {}

    static SessionCheck judge(BoundedBody.Body body) {
        return read(body).map(SessionBody::judge).orElseGet(() -> new SessionCheck.NotLive(SessionCheck.Reason.UNREADABLE_ANSWER));
    }

    private static SessionCheck judge(JsonNode session) {
        return isOver(session) ? new SessionCheck.NotLive(SessionCheck.Reason.ENDED) : new SessionCheck.Live();
    }

    /// How a session stands that we began.
    static Leg leg(BoundedBody.Body body) {
        return read(body).map(SessionBody::leg).orElseGet(Leg.Unknown::new);
    }

    private static Leg leg(JsonNode session) {
        String word = word(session.path("status"));
        boolean answered = isTime(session.path("answerTime")) || isTime(session.path("callAnswerTime")) || ANSWERED.contains(word);
        if (!isOver(session)) {
            return new Leg.Open(answered);
        }
        return new Leg.Over(
                switch (word) {
                    case "busy" -> Leg.Why.BUSY;
                    case "noanswer", "cancel" -> Leg.Why.NO_ANSWER;
                    case "nocredit", "congestion", "external", "error", "failed" -> Leg.Why.FAILED;
                    default -> Leg.Why.ENDED;
                },
                answered);
    }

    /// The name of the session that was begun.
    static Optional<String> token(BoundedBody.Body body) {
        return read(body).map(session -> session.path("token").asString("")).filter(token -> !token.isEmpty());
    }

    private static Optional<JsonNode> read(BoundedBody.Body body) {
        if (body.tooLong()) {
            return Optional.empty();
        }
        try {
            JsonNode session = MAPPER.readTree(body.text().startsWith(BYTE_ORDER_MARK) ? body.text().substring(1) : body.text());
            return Optional.of(session).filter(JsonNode::isObject);
        } catch (JacksonException broken) {
            return Optional.empty();
        }
    }

    private static boolean isOver(JsonNode session) {
        return isTime(session.path("endTime"))
                || isTime(session.path("callEndTime"))
                || OVER.contains(word(session.path("status")));
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
}
