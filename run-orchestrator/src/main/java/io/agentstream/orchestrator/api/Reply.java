package io.agentstream.orchestrator.api;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// An answer before it is bytes. Errors are problem documents (RFC 9457) that say nothing about this service's inside.
record Reply(int status, @Nullable ObjectNode body, Map<String, String> headers) {

    static Reply ok(ObjectNode body) {
        return new Reply(200, body, Map.of());
    }

    static Reply created(ObjectNode body, String location) {
        return new Reply(201, body, Map.of("Location", location));
    }

    static Reply noContent() {
        return new Reply(204, null, Map.of());
    }

    static Reply notFound() {
        return problem(404, "Not Found", "There is no such thing here.");
    }

    static Reply conflict(String detail) {
        return problem(409, "Conflict", detail);
    }

    static Reply badRequest(List<FieldError> errors) {
        Reply reply = problem(400, "Bad Request", "Some of what was sent cannot be used; see errors.");
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        for (FieldError error : errors) {
            list.addObject().put("field", error.field()).put("message", error.message());
        }
        if (reply.body() != null) {
            reply.body().set("errors", list);
        }
        return reply;
    }

    static Reply problem(int status, String title, String detail) {
        ObjectNode body = JsonNodeFactory.instance
                .objectNode()
                .put("type", "about:blank")
                .put("title", title)
                .put("status", status)
                .put("detail", detail);
        return new Reply(status, body, Map.of());
    }

    Reply with(String header, String value) {
        Map<String, String> more = new java.util.LinkedHashMap<>(headers);
        more.put(header, value);
        return new Reply(status, body, more);
    }

    boolean isProblem() {
        return status >= 400;
    }
}
