package io.agentstream.dev.simulator.sandbox;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.RoutingHandler;
import io.undertow.util.Headers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The sandbox's two faces: the provider's routes, and under `/sandbox/` its own, by which it is told what to do.
///
/// Runs on the I/O threads and never blocks them; a delay is a timer.
final class SandboxRoutes {

    private static final Pattern SEGMENT = Pattern.compile("[A-Za-z0-9._~-]{1,255}");
    private static final Pattern DIALLED = Pattern.compile("<Dial[^>]*><(?:Number|Sip)>([^<]{1,255})</");
    private static final Pattern RINGS_S = Pattern.compile("<Dial[^>]* timeout=\"([0-9]{1,4})\"");
    private static final String USUAL_RINGS_S = "30";
    private static final String BEARER = "Bearer ";
    private static final JsonMapper JSON = new JsonMapper();

    private final SandboxState state;
    private final Consumer<String> onHangUp;
    private final Consumer<String> onTransfer;
    private final Callees callees;

    SandboxRoutes(SandboxState state, Callees callees, Consumer<String> onHangUp, Consumer<String> onTransfer) {
        this.state = state;
        this.callees = callees;
        this.onHangUp = onHangUp;
        this.onTransfer = onTransfer;
    }

    HttpHandler handler() {
        String provider = "/customers/self/domains/{domain}/sessions/{session}";
        return new RoutingHandler()
                .post("/calls/{domain}/sessions/{session}/application", this::application)
                .post("/calls/{domain}/application", this::call)
                .put("/sandbox/callees", this::callee)
                .get("/customers/self/domains/{domain}", this::domain)
                .get(provider, exchange -> provider(exchange, false))
                .delete(provider, exchange -> provider(exchange, true))
                .get("/sandbox/sessions/{session}", this::show)
                .put("/sandbox/sessions/{session}", exchange -> script(exchange, "session"))
                .put("/sandbox/domains/{domain}", exchange -> script(exchange, "domain"))
                .get("/sandbox/requests", this::requests)
                .get("/healthz", exchange -> send(exchange, 200, "{\"status\": \"ok\"}"))
                .setFallbackHandler(exchange -> problem(exchange, 404, "There is no such route."))
                .setInvalidMethodHandler(exchange -> problem(exchange, 405, "There is no such method here."));
    }

    private void provider(HttpServerExchange exchange, boolean delete) {
        Optional<String> domain = segment(exchange, "domain").map(name -> name.toLowerCase(Locale.ROOT));
        Optional<String> session = segment(exchange, "session");
        if (domain.isEmpty() || session.isEmpty()) {
            problem(exchange, 400, "The domain or the session has characters that no domain or session has.");
            return;
        }
        Answer.Timed timed = state.answer(
                delete, domain.get(), session.get(), bearerToken(exchange), System.currentTimeMillis());
        if (delete && timed.answer().equals(new Answer.Bare(204))) {
            onHangUp.accept(session.get());
        }
        later(exchange, timed);
    }

    /// Whoever may not look at its sessions may look at the domain, as long as the token is its own.
    private void domain(HttpServerExchange exchange) {
        Optional<String> domain = segment(exchange, "domain").map(name -> name.toLowerCase(Locale.ROOT));
        if (domain.isPresent() && state.opens(domain.get(), bearerToken(exchange))) {
            send(exchange, 200, JSON.createObjectNode().put("domain", domain.get()).toString());
        } else {
            problem(exchange, 401, "The token is not the domain's.");
        }
    }

    private static void later(HttpServerExchange exchange, Answer.Timed timed) {
        if (timed.delayMs() == 0) {
            give(exchange, timed.answer());
            return;
        }
        exchange.dispatch(Runnable::run, () -> {
            var _ = exchange.getIoThread()
                    .executeAfter(() -> give(exchange, timed.answer()), timed.delayMs(), TimeUnit.MILLISECONDS);
        });
    }

    /// Another application for a live session: what it is told to ring is all that is looked at of it.
    private void application(HttpServerExchange exchange) {
        Optional<String> domain = segment(exchange, "domain").map(name -> name.toLowerCase(Locale.ROOT));
        Optional<String> session = segment(exchange, "session");
        if (domain.isEmpty() || session.isEmpty()) {
            problem(exchange, 400, "The domain or the session has characters that no domain or session has.");
            return;
        }
        exchange.getRequestReceiver()
                .receiveFullBytes(
                        (_, bytes) -> application(exchange, domain.get(), session.get(), bytes),
                        (_, failure) -> problem(exchange, 413, "The request is too large or was cut off."));
    }

    private void application(HttpServerExchange exchange, String domain, String session, byte[] body) {
        String cxml = json(body).path("cxml").asString("");
        Optional<String> room = first(Callees.ROOM, cxml);
        Optional<String> to = room.or(() -> first(DIALLED, cxml));
        if (to.isEmpty()) {
            problem(exchange, 400, "The body has no cxml that dials somebody.");
            return;
        }
        long ringsMs = 1_000L * Integer.parseInt(first(RINGS_S, cxml).orElse(USUAL_RINGS_S));
        later(exchange, state.transfer(domain, session, to.get(), room.isPresent(), bearerToken(exchange), System.currentTimeMillis(), () -> {
            onTransfer.accept(session);
            if (room.isEmpty()) {
                callees.dial(session, to.get(), ringsMs);
            }
        }));
    }

    private static Optional<String> first(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    /// Nothing where it is no JSON.
    private static JsonNode json(byte[] body) {
        try {
            return JSON.readTree(body);
        } catch (JacksonException notJson) {
            return JSON.createObjectNode();
        }
    }

    private void call(HttpServerExchange exchange) {
        Optional<String> domain = segment(exchange, "domain").map(name -> name.toLowerCase(Locale.ROOT));
        if (domain.isEmpty()) {
            problem(exchange, 400, "The domain has characters that no domain has.");
            return;
        }
        exchange.getRequestReceiver()
                .receiveFullBytes(
                        (_, bytes) -> call(exchange, domain.get(), json(bytes)),
                        (_, failure) -> problem(exchange, 413, "The request is too large or was cut off."));
    }

    private void call(HttpServerExchange exchange, String domain, JsonNode body) {
        if (!Callees.isUsable(body)) {
            problem(exchange, 400, "The body has no destination and cxml.");
            return;
        }
        SandboxState.Calling calling =
                state.call(domain, body.path("destination").asString(), bearerToken(exchange), System.currentTimeMillis());
        if (calling.token() != null) {
            callees.call(calling.who(), calling.token(), body);
        }
        later(exchange, calling.answer());
    }

    private void callee(HttpServerExchange exchange) {
        exchange.getRequestReceiver()
                .receiveFullBytes(
                        (_, bytes) -> callee(exchange, json(bytes)),
                        (_, failure) -> problem(exchange, 413, "The request is too large or was cut off."));
    }

    private void callee(HttpServerExchange exchange, JsonNode body) {
        Optional<Callee.Does> does = Callee.Does.of(body.path("does").asString("takes"));
        Optional<Behaviour> request = Behaviour.of(body.path("behaviour").asString("live"));
        if (!body.path("number").isString() || does.isEmpty() || request.isEmpty()) {
            problem(exchange, 400, "It needs a number, and does and behaviour have to be words that the sandbox knows.");
            return;
        }
        try {
            state.callee(body.path("number").asString(), new Callee(
                    does.get(), body.path("answers_after_ms").asLong(Callee.WILLING.answersAfterMs()), request.get(), body.path("times").asInt(0)));
            exchange.setStatusCode(204).endExchange();
        } catch (IllegalArgumentException outOfRange) {
            problem(exchange, 400, String.valueOf(outOfRange.getMessage()));
        }
    }

    private static @Nullable String bearerToken(HttpServerExchange exchange) {
        String header = exchange.getRequestHeaders().getFirst(Headers.AUTHORIZATION);
        return header != null && header.startsWith(BEARER) ? header.substring(BEARER.length()) : null;
    }

    private static void give(HttpServerExchange exchange, Answer answer) {
        switch (answer) {
            case Answer.Json json -> send(exchange, json.status(), json.body());
            case Answer.Bare bare -> exchange.setStatusCode(bare.status()).endExchange();
            case Answer.Cut _ -> IoUtils.safeClose(exchange.getConnection());
        }
    }

    private void show(HttpServerExchange exchange) {
        Optional<Session> session = segment(exchange, "session").flatMap(state::session);
        if (session.isEmpty()) {
            problem(exchange, 404, "Nobody has asked for this session yet.");
            return;
        }
        ObjectNode answer = JSON.createObjectNode();
        answer.put("session", session.get().token());
        answer.put("domain", session.get().domain());
        answer.put("state", session.get().endedMs() == null ? "live" : "ended");
        answer.put("hung_up", session.get().hungUp());
        state.rings(session.get().token()).ifPresent(to -> answer.put("transferred_to", to));
        state.dial(session.get().token()).ifPresent(how -> answer.put("dial", how));
        send(exchange, 200, answer.toString());
    }

    private void script(HttpServerExchange exchange, String kind) {
        Optional<String> name = segment(exchange, kind);
        if (name.isEmpty()) {
            problem(exchange, 400, "The " + kind + " has characters that no " + kind + " has.");
            return;
        }
        exchange.getRequestReceiver()
                .receiveFullBytes(
                        (_, bytes) -> told(exchange, kind, name.get(), bytes),
                        (_, failure) -> problem(exchange, 413, "The request is too large or was cut off."));
    }

    private void told(HttpServerExchange exchange, String kind, String name, byte[] bytes) {
        try {
            JsonNode body = JSON.readTree(bytes);
            Optional<Behaviour> behaviour = Behaviour.of(body.path("behaviour").asString("live"));
            if (!body.isObject() || behaviour.isEmpty()) {
                problem(exchange, 400, "behaviour must be one of the words that the sandbox knows.");
                return;
            }
            Script script = new Script(
                    behaviour.get(), body.path("times").asInt(0), body.path("delay_ms").asLong(0));
            if (kind.equals("session")) {
                state.scriptSession(name, script);
            } else {
                String domain = name.toLowerCase(Locale.ROOT);
                state.scriptDomain(domain, script);
                if (body.path("bearer_token").isString()) {
                    state.domain(domain, body.path("bearer_token").asString());
                }
            }
            exchange.setStatusCode(204).endExchange();
        } catch (JacksonException notJson) {
            problem(exchange, 400, "The body is no JSON object, or a number in it is none.");
        } catch (IllegalArgumentException outOfRange) {
            problem(exchange, 400, String.valueOf(outOfRange.getMessage()));
        }
    }

    private void requests(HttpServerExchange exchange) {
        ObjectNode answer = JSON.createObjectNode();
        ArrayNode items = answer.putArray("items");
        for (SandboxRequest request : state.requests()) {
            items.addObject()
                    .put("at_ms", request.atMs())
                    .put("method", request.method())
                    .put("domain", request.domain())
                    .put("session", request.session())
                    .put("token_valid", request.tokenValid())
                    .put("status", request.status());
        }
        send(exchange, 200, answer.toString());
    }

    private static Optional<String> segment(HttpServerExchange exchange, String name) {
        var values = exchange.getQueryParameters().get(name);
        return Optional.ofNullable(values == null ? null : values.peekFirst())
                .filter(value -> SEGMENT.matcher(value).matches());
    }

    private static void problem(HttpServerExchange exchange, int status, String detail) {
        send(exchange, status, JSON.createObjectNode().put("status", status).put("error", detail).toString());
    }

    private static void send(HttpServerExchange exchange, int status, String body) {
        exchange.setStatusCode(status);
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "application/json");
        exchange.getResponseSender().send(ByteBuffer.wrap(body.getBytes(StandardCharsets.UTF_8)));
    }
}
