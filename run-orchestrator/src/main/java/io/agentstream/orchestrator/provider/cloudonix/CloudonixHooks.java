package io.agentstream.orchestrator.provider.cloudonix;

import io.agentstream.orchestrator.secret.ApiKeys;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.DatabaseException;
import io.agentstream.orchestrator.store.WarmLegs;
import io.agentstream.runtime.Causes;
import io.agentstream.runtime.Secret;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/// What Cloudonix tells us of people who are called because a caller is to be given to them: which key they pressed, and that something about
/// their session has changed. It shows the ticket that it was given for that, which nobody can guess; nothing else that it says is believed, except
/// what that session is called. Any thread; requests wait on virtual threads, few of them at once for the database and a bounded number in all.
/// Strangers come here too: a body is read only where the ticket is one.
public final class CloudonixHooks implements HttpHandler, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(CloudonixHooks.class);

    private static final String ROOT = "/hooks/cloudonix/transfers/";
    private static final Pattern PATH = Pattern.compile(Pattern.quote(ROOT) + "([A-Za-z0-9_-]{43})/(key|status)");

    private static final int MAX_BODY_BYTES = 8 * 1024;

    /// Those who ask for the API need connections too.
    private static final int AT_ONCE = 2;
    private static final long PATIENCE_MS = 3_000;

    /// Requests that are known to be the provider's have places of their own, which nobody else can take.
    private static final int STRANGERS = 64;
    private static final int KNOWN = 256;

    private static final JsonMapper JSON = new JsonMapper();

    private final Database database;
    private final HttpHandler next;
    private final Semaphore free = new Semaphore(AT_ONCE, true);
    private final Semaphore strangers = new Semaphore(STRANGERS);
    private final Semaphore known = new Semaphore(KNOWN);
    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("orchestrator-hook-", 0).factory());

    /// @param database the API's, so that calls find theirs free whatever comes here
    /// @param next gets every other path
    public CloudonixHooks(Database database, HttpHandler next) {
        this.database = database;
        this.next = next;
    }

    /// Where the provider tells what belongs to a ticket, without what it is: `/key` or `/status`.
    static URI of(URI base, Secret ticket) {
        String start = base.toString();
        return URI.create((start.endsWith("/") ? start.substring(0, start.length() - 1) : start) + ROOT + ticket.reveal());
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        String path = exchange.getRequestPath();
        if (!path.startsWith(ROOT)) {
            next.handleRequest(exchange);
            return;
        }
        Matcher told = PATH.matcher(path);
        if (!told.matches() || !exchange.getRequestMethod().toString().equals("POST")) {
            exchange.setStatusCode(404).endExchange();
            return;
        }
        byte[] ticket = ApiKeys.hash(new Secret(told.group(1)));
        boolean key = told.group(2).equals("key");
        if (!strangers.tryAcquire()) {
            exchange.setStatusCode(503).endExchange();
            return;
        }
        exchange.dispatch(threads, waiting -> {
            waiting.startBlocking();
            try {
                answer(waiting, ticket, key);
            } catch (Busy | DatabaseException away) {
                log.atWarn().addKeyValue("failure", Causes.of(away)).log("what the other side of a transfer pressed is not noted");
                waiting.setStatusCode(503).endExchange();
            } catch (IOException cutOff) {
                waiting.setStatusCode(400).endExchange();
            } catch (InterruptedException closing) {
                Thread.currentThread().interrupt();
                waiting.setStatusCode(503).endExchange();
            }
        });
    }

    private void answer(HttpServerExchange exchange, byte[] ticket, boolean key) throws IOException, InterruptedException {
        boolean isTicket;
        try {
            isTicket = asked(c -> WarmLegs.isTicket(c, ticket));
        } finally {
            strangers.release();
        }
        if (!isTicket) {
            answer(exchange, key, Optional.empty());
            return;
        }
        if (!known.tryAcquire()) {
            throw new Busy();
        }
        try {
            byte[] bytes = exchange.getInputStream().readNBytes(MAX_BODY_BYTES + 1);
            JsonNode body = bytes.length > MAX_BODY_BYTES
                    ? JsonNodeFactory.instance.objectNode()
                    : body(new String(bytes, StandardCharsets.UTF_8));
            String session = session(body);
            boolean takes = body.path("Digits").asString("").equals("1");
            answer(exchange, key, asked(c -> key ? WarmLegs.pressed(c, ticket, takes, session) : changed(c, ticket, session)));
        } finally {
            known.release();
        }
    }

    private static Optional<String> changed(Connection connection, byte[] ticket, @Nullable String session) throws SQLException {
        WarmLegs.changed(connection, ticket, session);
        return Optional.empty();
    }

    private <T> T asked(Database.Work<T> work) throws InterruptedException {
        if (!free.tryAcquire(PATIENCE_MS, TimeUnit.MILLISECONDS)) {
            throw new Busy();
        }
        try {
            return database.withConnection(work);
        } finally {
            free.release();
        }
    }

    /// Too many ask at once.
    private static final class Busy extends RuntimeException {
        private static final long serialVersionUID = 1;

        Busy() {
            super("too many ask at once", null, false, false);
        }
    }

    private static void answer(HttpServerExchange exchange, boolean key, Optional<String> room) {
        if (key) {
            send(exchange, room.map(Cxml::room).orElse(Cxml.HANG_UP));
        } else {
            exchange.setStatusCode(204).endExchange();
        }
    }

    private static void send(HttpServerExchange exchange, String cxml) {
        exchange.setStatusCode(200);
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "application/xml");
        exchange.getResponseSender().send(cxml, StandardCharsets.UTF_8);
    }

    /// What the session is called: also one that has no such name is none.
    private static @Nullable String session(JsonNode body) {
        for (JsonNode field : new JsonNode[] {body.path("Session"), body.path("session"), body.path("token"), body.path("session").path("token")}) {
            String name = field.asString("");
            if (CloudonixRequests.isPathSafe(name)) {
                return name;
            }
        }
        return null;
    }

    /// An object, the first of a list, or a form.
    private static JsonNode body(String text) {
        try {
            JsonNode json = JSON.readTree(text);
            return json.isArray() ? json.path(0) : json;
        } catch (JacksonException form) {
            var fields = JsonNodeFactory.instance.objectNode();
            for (String field : text.split("&", 200)) {
                String[] parts = field.split("=", 2);
                if (parts.length == 2) {
                    fields.put(decoded(parts[0]), decoded(parts[1]));
                }
            }
            return fields;
        }
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException mistyped) {
            return "";
        }
    }

    /// Requests under way are broken off.
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
