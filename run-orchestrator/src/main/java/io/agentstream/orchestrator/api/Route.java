package io.agentstream.orchestrator.api;

import java.util.List;

/// One row of the table of routes. A segment in braces takes any text and names it.
///
/// @param takesQuery whether query parameters mean anything; elsewhere each is wrong
record Route(String method, String template, boolean takesQuery, boolean takesBody, Handler handler) {

    @FunctionalInterface
    interface Handler {
        Reply handle(Call call);
    }

    static Route get(String template, Handler handler) {
        return new Route("GET", template, false, false, handler);
    }

    /// A GET of a list, whose handler reads the query.
    static Route list(String template, Handler handler) {
        return new Route("GET", template, true, false, handler);
    }

    static Route post(String template, Handler handler) {
        return new Route("POST", template, false, true, handler);
    }

    /// A POST that does something and takes nothing.
    static Route action(String template, Handler handler) {
        return new Route("POST", template, false, false, handler);
    }

    static Route put(String template, Handler handler) {
        return new Route("PUT", template, false, true, handler);
    }

    static Route patch(String template, Handler handler) {
        return new Route("PATCH", template, false, true, handler);
    }

    static Route delete(String template, Handler handler) {
        return new Route("DELETE", template, false, false, handler);
    }

    List<String> segments() {
        return List.of(template.split("/", -1));
    }
}
