package io.agentstream.orchestrator.api;

import io.undertow.server.HttpServerExchange;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// An answer, its JSON written already: who makes it has paid for it, and who sends it only copies. Errors are problem documents
/// (RFC 9457) that say nothing about this service's inside.
///
/// @param body read with a duplicate of the buffer; null: none
/// @param rest what follows the body, piece by piece; null: nothing
/// @param later makes the answer itself, in its own time; null where this is the answer
/// @param live what goes on; null: it ends
record Reply(
        int status,
        @Nullable ByteBuffer body,
        Map<String, String> headers,
        @Nullable Pieces rest,
        @Nullable Supplier<Reply> later,
        @Nullable Live live) {

    Reply(int status, @Nullable ByteBuffer body, Map<String, String> headers) {
        this(status, body, headers, null, null, null);
    }

    Reply(
            int status,
            @Nullable ByteBuffer body,
            Map<String, String> headers,
            @Nullable Pieces rest,
            @Nullable Supplier<Reply> later) {
        this(status, body, headers, rest, later, null);
    }

    /// The pieces of a long answer. One thread at a time.
    @FunctionalInterface
    interface Pieces {
        /// The next one, which may be empty; nothing behind the last.
        Optional<byte[]> next();

        /// No more is asked for, whether the last was reached or not. Nothing is held before the first was asked for.
        default void close() {}
    }

    /// An answer that goes on until one of the two sides ends it, and holds no thread meanwhile.
    @FunctionalInterface
    interface Live {
        /// On the exchange's I/O thread; its headers are set.
        ///
        /// @param over to be called when it is over, once or more often
        void begin(HttpServerExchange exchange, Runnable over);
    }

    static Reply live(Live live) {
        // A proxy that keeps what it is sent would keep it for ever.
        Map<String, String> headers = Map.of("Content-Type", MediaTypes.EVENT_STREAM, "X-Accel-Buffering", "no");
        return new Reply(200, null, headers, null, null, live);
    }

    static Reply stream(String type, byte[] start, Pieces rest) {
        return new Reply(200, ByteBuffer.wrap(start), Map.of("Content-Type", type), rest, null, null);
    }

    /// What takes long and asks others than the database is done behind the turn that the request has: on the request's own thread, which
    /// only waits.
    static Reply later(Supplier<Reply> work) {
        return new Reply(200, null, Map.of(), null, work, null);
    }

    static Reply ok(ObjectNode body) {
        return ok(Json.bytes(body));
    }

    static Reply ok(byte[] json) {
        return new Reply(200, ByteBuffer.wrap(json), Map.of());
    }

    static Reply created(ObjectNode body, String location) {
        return new Reply(201, ByteBuffer.wrap(Json.bytes(body)), Map.of("Location", location));
    }

    /// It is going to be done.
    static Reply accepted(ObjectNode body, String location) {
        return new Reply(202, ByteBuffer.wrap(Json.bytes(body)), Map.of("Location", location));
    }

    static Reply noContent() {
        return new Reply(204, null, Map.of());
    }

    static Reply badRequest(List<FieldError> errors) {
        ObjectNode body = body(400, "Bad Request", "Some of what was sent cannot be used; see errors.");
        ArrayNode list = body.putArray("errors");
        for (FieldError error : errors) {
            list.addObject().put("field", error.field()).put("message", error.message());
        }
        return new Reply(400, ByteBuffer.wrap(Json.bytes(body)), Map.of());
    }

    static Reply unauthorized() {
        return problem(401, "Unauthorized", "A valid API key is needed: Authorization: Bearer API_KEY.")
                .with("WWW-Authenticate", "Bearer realm=\"agent-stream\"");
    }

    /// @param needed what the key would have to be for
    static Reply forbidden(Access needed) {
        return problem(
                403,
                "Forbidden",
                "This key may not do that: it takes one with the scope " + needed.name().toLowerCase(Locale.ROOT) + ".");
    }

    static Reply notFound() {
        return problem(404, "Not Found", "There is no such thing here.");
    }

    static Reply methodNotAllowed() {
        return problem(405, "Method Not Allowed", "This path has no such method.");
    }

    static Reply notAcceptable(List<String> types) {
        return problem(406, "Not Acceptable", "This path answers " + String.join(", ", types) + ".");
    }

    static Reply conflict(String detail) {
        return problem(409, "Conflict", detail);
    }

    /// What was asked for is not kept any more.
    ///
    /// @param left paths of what is left of it
    static Reply gone(String detail, List<String> left) {
        ObjectNode body = body(410, "Gone", detail);
        ArrayNode list = body.putArray("left");
        left.forEach(list::add);
        return new Reply(410, ByteBuffer.wrap(Json.bytes(body)), Map.of());
    }

    /// @param bytes how many there are
    static Reply notSatisfiable(long bytes) {
        return problem(416, "Range Not Satisfiable", "There are " + bytes + " bytes.").with("Content-Range", "bytes */" + bytes);
    }

    static Reply tooLarge(int maxBytes) {
        return problem(413, "Content Too Large", "A body has at most " + maxBytes / 1024 + " KiB.");
    }

    static Reply unsupportedMediaType() {
        return problem(415, "Unsupported Media Type", "The body must be application/json in UTF-8, and not compressed.");
    }

    static Reply tooMany() {
        return problem(429, "Too Many Requests", "Your organisation asks too much at once.").with("Retry-After", "1");
    }

    /// @param waitSeconds from when on the organisation may ask again
    static Reply tooMuch(int waitSeconds) {
        return problem(429, "Too Many Requests", "What your organisation asks takes too much time.")
                .with("Retry-After", Integer.toString(waitSeconds));
    }

    /// @param waitSeconds from when on the key may ask again
    static Reply tooOften(int waitSeconds) {
        return problem(429, "Too Many Requests", "This key asks too often.").with("Retry-After", Integer.toString(waitSeconds));
    }

    /// @param waitSeconds from when on it may try again
    static Reply tooManyFailedKeys(int waitSeconds) {
        return problem(429, "Too Many Requests", "Too many keys from your address opened nothing.")
                .with("Retry-After", Integer.toString(waitSeconds));
    }

    static Reply internal() {
        return problem(500, "Internal Server Error", "This is our fault; it has been noted.");
    }

    /// @param detail what could not be done
    static Reply unavailable(String detail, int waitSeconds) {
        return problem(503, "Service Unavailable", detail).with("Retry-After", Integer.toString(waitSeconds));
    }

    static Reply unavailable() {
        return problem(503, "Service Unavailable", "Try again in a moment.").with("Retry-After", "1");
    }

    Reply with(String header, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new Reply(status, body, more, rest, later, live);
    }

    /// With another way to its pieces; where there are none, as it is.
    Reply through(UnaryOperator<Pieces> way) {
        return rest == null ? this : new Reply(status, body, headers, way.apply(rest), later, live);
    }

    boolean isProblem() {
        return status >= 400;
    }

    private static Reply problem(int status, String title, String detail) {
        return new Reply(status, ByteBuffer.wrap(Json.bytes(body(status, title, detail))), Map.of());
    }

    private static ObjectNode body(int status, String title, String detail) {
        return Json.object()
                .put("type", "about:blank")
                .put("title", title)
                .put("status", status)
                .put("detail", detail);
    }
}
