package io.agentstream.orchestrator.api;

import java.util.List;

/// One row of the table of routes. A segment in braces takes any text and names it.
///
/// @param access whom it is for
/// @param takesQuery whether query parameters mean anything; elsewhere each is wrong
/// @param types what it can answer, the usual one first
record Route(
        Access access,
        String method,
        String template,
        boolean takesQuery,
        boolean takesBody,
        List<String> types,
        Handler handler) {

    private static final List<String> JSON = List.of(MediaTypes.JSON);

    @FunctionalInterface
    interface Handler {
        Reply handle(Call call);
    }

    static Route get(Access access, String template, Handler handler) {
        return new Route(access, "GET", template, false, false, JSON, handler);
    }

    /// A GET of a list, whose handler reads the query.
    static Route list(Access access, String template, Handler handler) {
        return new Route(access, "GET", template, true, false, JSON, handler);
    }

    /// A list that is also answered whole, in one stream.
    static Route export(Access access, String template, Handler handler) {
        List<String> types = List.of(MediaTypes.JSON, MediaTypes.NDJSON, MediaTypes.CSV);
        return new Route(access, "GET", template, true, false, types, handler);
    }

    /// A GET of something that is no JSON, whose handler reads the query.
    static Route file(Access access, String template, String type, Handler handler) {
        return new Route(access, "GET", template, true, false, List.of(type), handler);
    }

    /// A GET whose answer goes on.
    static Route stream(Access access, String template, Handler handler) {
        return new Route(access, "GET", template, true, false, List.of(MediaTypes.EVENT_STREAM), handler);
    }

    static Route post(Access access, String template, Handler handler) {
        return new Route(access, "POST", template, false, true, JSON, handler);
    }

    /// A POST that does something and takes nothing.
    static Route action(Access access, String template, Handler handler) {
        return new Route(access, "POST", template, false, false, JSON, handler);
    }

    static Route put(Access access, String template, Handler handler) {
        return new Route(access, "PUT", template, false, true, JSON, handler);
    }

    static Route patch(Access access, String template, Handler handler) {
        return new Route(access, "PATCH", template, false, true, JSON, handler);
    }

    static Route delete(Access access, String template, Handler handler) {
        return new Route(access, "DELETE", template, false, false, JSON, handler);
    }

    List<String> segments() {
        return List.of(template.split("/", -1));
    }
}
