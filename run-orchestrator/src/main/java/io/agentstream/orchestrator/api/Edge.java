package io.agentstream.orchestrator.api;

import io.agentstream.orchestrator.secret.ApiKeys;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.DatabaseException;
import io.agentstream.orchestrator.store.Users;
import io.agentstream.runtime.Secret;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.IoUtils;
import org.xnio.XnioExecutor;
import tools.jackson.databind.node.ObjectNode;

/// Between HTTP and the routes: who asks, may we read it, what do they hear. Called on a virtual thread for each request;
/// at most [#MAX_AT_ONCE] at a time, others are told to come again. Reads at most [#MAX_BODY_BYTES] of a body, and cuts the
/// connection of a sender who takes longer over it than the body timeout.
final class Edge {
    static final int MAX_BODY_BYTES = 512 * 1024;
    private static final int MAX_AT_ONCE = 256;
    private static final Logger log = LoggerFactory.getLogger(Edge.class);

    private final Router router;
    private final Database database;
    private final long bodyTimeoutMs;
    private final Semaphore room = new Semaphore(MAX_AT_ONCE);

    Edge(Router router, Database database, Duration bodyTimeout) {
        this.router = router;
        this.bodyTimeoutMs = bodyTimeout.toMillis();
        this.database = database;
    }

    void handle(HttpServerExchange exchange) {
        boolean admitted = room.tryAcquire();
        try {
            send(exchange, admitted ? answer(exchange) : unavailable());
        } catch (RuntimeException gone) {
            // The connection was closed meanwhile. Nothing may escape: the server would log the request with its path.
            log.debug("an answer could not be sent", gone);
            IoUtils.safeClose(exchange.getConnection());
        } finally {
            if (admitted) {
                room.release();
            }
        }
    }

    private Reply answer(HttpServerExchange exchange) {
        String method = exchange.getRequestMethod().toString();
        return switch (router.match(method, exchange.getRequestPath())) {
            case Router.Match.Nothing() -> Reply.notFound();
            case Router.Match.OtherMethods(var allowed) ->
                (method.equals("OPTIONS")
                                ? Reply.noContent()
                                : Reply.problem(405, "Method Not Allowed", "This path has no such method."))
                        .with("Allow", String.join(", ", allowed));
            case Router.Match.Found found -> guarded(exchange, found);
        };
    }

    /// A bug or a database that is away answers this request, and harms no other.
    private Reply guarded(HttpServerExchange exchange, Router.Match.Found found) {
        try {
            return authenticated(exchange, found);
        } catch (DatabaseException failure) {
            log.error("{} {} failed", found.route().method(), found.route().template(), failure);
            return failure.isTransient() ? unavailable() : internal();
        } catch (IOException gone) {
            return Reply.problem(400, "Bad Request", "The body did not arrive.");
        } catch (RuntimeException bug) {
            log.error("{} {} failed", found.route().method(), found.route().template(), bug);
            return internal();
        }
    }

    private Reply authenticated(HttpServerExchange exchange, Router.Match.Found found) throws IOException {
        Optional<Users.Caller> caller = caller(exchange.getRequestHeaders());
        if (caller.isEmpty()) {
            return Reply.problem(401, "Unauthorized", "A valid API key is needed: Authorization: Bearer API_KEY.")
                    .with("WWW-Authenticate", "Bearer realm=\"agent-stream\"");
        }
        if (!MediaTypes.acceptsJson(joined(exchange.getRequestHeaders().get(Headers.ACCEPT)))) {
            return Reply.problem(406, "Not Acceptable", "This API answers application/json.");
        }
        Fields body = Fields.none();
        if (found.route().takesBody()) {
            if (!MediaTypes.isReadable(exchange.getRequestHeaders().getFirst(Headers.CONTENT_TYPE))) {
                return Reply.problem(415, "Unsupported Media Type", "The body must be application/json in UTF-8.");
            }
            byte[] bytes = bytes(exchange);
            if (bytes == null) {
                return Reply.problem(
                        413, "Content Too Large", "A body has at most " + MAX_BODY_BYTES / 1024 + " KiB.");
            }
            Errors errors = new Errors();
            Optional<ObjectNode> object = Json.read(bytes, errors);
            if (object.isEmpty()) {
                return errors.reply();
            }
            body = new Fields(object.get(), "", errors);
        }
        Query query = new Query(exchange.getQueryParameters());
        return found.route().handler().handle(new Call(caller.get(), found.path(), query, body));
    }

    private Optional<Users.Caller> caller(HeaderMap headers) {
        HeaderValues values = headers.get(Headers.AUTHORIZATION);
        if (values == null || values.size() != 1 || !values.getFirst().regionMatches(true, 0, "Bearer ", 0, 7)) {
            return Optional.empty();
        }
        Secret key = new Secret(values.getFirst().substring(7).strip());
        return ApiKeys.isWellFormed(key)
                ? database.withConnection(connection -> Users.authenticate(connection, ApiKeys.hash(key)))
                : Optional.empty();
    }

    /// The body; null where it is too long.
    private byte @Nullable [] bytes(HttpServerExchange exchange) throws IOException {
        if (exchange.getRequestContentLength() > MAX_BODY_BYTES) {
            exchange.setPersistent(false);
            return null;
        }
        AtomicBoolean cut = new AtomicBoolean();
        XnioExecutor.Key late = exchange.getIoThread()
                .executeAfter(
                        () -> {
                            cut.set(true);
                            IoUtils.safeClose(exchange.getConnection());
                        },
                        bodyTimeoutMs,
                        TimeUnit.MILLISECONDS);
        byte[] bytes;
        try {
            bytes = exchange.getInputStream().readNBytes(MAX_BODY_BYTES + 1);
        } catch (RuntimeException broken) {
            // A stream whose connection is closed under it does not always say so with an IOException.
            if (cut.get()) {
                throw new IOException("the body took too long", broken);
            }
            throw broken;
        } finally {
            late.remove();
        }
        if (bytes.length > MAX_BODY_BYTES) {
            exchange.setPersistent(false);
            return null;
        }
        return bytes;
    }

    private static void send(HttpServerExchange exchange, Reply reply) {
        exchange.setStatusCode(reply.status());
        HeaderMap headers = exchange.getResponseHeaders();
        reply.headers().forEach((name, value) -> headers.put(new HttpString(name), value));
        headers.put(Headers.CACHE_CONTROL, "no-store");
        headers.put(new HttpString("X-Content-Type-Options"), "nosniff");
        ObjectNode body = reply.body();
        if (body == null) {
            exchange.endExchange();
        } else {
            headers.put(Headers.CONTENT_TYPE, reply.isProblem() ? MediaTypes.PROBLEM : MediaTypes.JSON);
            exchange.getResponseSender().send(ByteBuffer.wrap(Json.bytes(body)));
        }
    }

    private static @Nullable String joined(@Nullable HeaderValues values) {
        return values == null ? null : String.join(",", values);
    }

    private static Reply unavailable() {
        return Reply.problem(503, "Service Unavailable", "Try again in a moment.").with("Retry-After", "1");
    }

    private static Reply internal() {
        return Reply.problem(500, "Internal Server Error", "This is our fault; it has been noted.");
    }
}
