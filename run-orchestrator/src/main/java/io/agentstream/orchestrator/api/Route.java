package io.agentstream.orchestrator.api;

import java.util.List;

/// One row of the table of routes. A segment in braces takes any text and names it.
///
/// @param access whom it is for
/// @param takesQuery whether query parameters mean anything; elsewhere each is wrong
record Route(Access access, String method, String template, boolean takesQuery, boolean takesBody, Handler handler) {

    @FunctionalInterface
    interface Handler {
        Reply handle(Call call);
    }

    static Route get(Access access, String template, Handler handler) {
        return new Route(access, "GET", template, false, false, handler);
    }

    /// A GET of a list, whose handler reads the query.
    static Route list(Access access, String template, Handler handler) {
        return new Route(access, "GET", template, true, false, handler);
    }

    static Route post(Access access, String template, Handler handler) {
        return new Route(access, "POST", template, false, true, handler);
    }

    /// A POST that does something and takes nothing.
    static Route action(Access access, String template, Handler handler) {
        return new Route(access, "POST", template, false, false, handler);
    }

    static Route put(Access access, String template, Handler handler) {
        return new Route(access, "PUT", template, false, true, handler);
    }

    static Route patch(Access access, String template, Handler handler) {
        return new Route(access, "PATCH", template, false, true, handler);
    }

    static Route delete(Access access, String template, Handler handler) {
        return new Route(access, "DELETE", template, false, false, handler);
    }

    List<String> segments() {
        return List.of(template.split("/", -1));
    }
}
