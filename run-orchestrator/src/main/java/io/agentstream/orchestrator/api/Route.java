package io.agentstream.orchestrator.api;

import java.util.List;

/// One row of the table of routes. A segment in braces takes any text and names it.
record Route(String method, String template, boolean takesBody, Handler handler) {

    @FunctionalInterface
    interface Handler {
        Reply handle(Call call);
    }

    static Route get(String template, Handler handler) {
        return new Route("GET", template, false, handler);
    }

    static Route post(String template, Handler handler) {
        return new Route("POST", template, true, handler);
    }

    /// A POST that does something and takes nothing.
    static Route action(String template, Handler handler) {
        return new Route("POST", template, false, handler);
    }

    static Route put(String template, Handler handler) {
        return new Route("PUT", template, true, handler);
    }

    static Route patch(String template, Handler handler) {
        return new Route("PATCH", template, true, handler);
    }

    static Route delete(String template, Handler handler) {
        return new Route("DELETE", template, false, handler);
    }

    List<String> segments() {
        return List.of(template.split("/", -1));
    }
}
