package io.agentstream.orchestrator.api;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.DatabaseException;
import io.agentstream.orchestrator.store.Users;
import io.agentstream.runtime.Secret;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.IoUtils;

/// Between HTTP and the routes: is there room, who asks, may we read it, what do they hear. Called on a virtual thread for each
/// request, which only waits; the work is done by [Workers]. Reads at most [#MAX_BODY_BYTES] of a body.
final class Edge implements AutoCloseable {
    static final int MAX_BODY_BYTES = 512 * 1024;
    private static final Logger log = LoggerFactory.getLogger(Edge.class);

    private final Router router;
    private final Map<String, Reply> documents;
    private final Callers callers;
    private final Workers workers;
    private final Wire wire;
    private final Places places = new Places();

    /// @param documents what is answered to everybody, by path
    /// @param patience how long a peer may take to send a body, and to receive an answer
    Edge(Router router, Map<String, Reply> documents, Database database, Duration patience) {
        this.router = router;
        this.documents = documents;
        this.callers = new Callers(database);
        // One connection is for the keys.
        this.workers = new Workers(Math.max(1, database.poolSize() - 1));
        this.wire = new Wire(patience);
    }

    void handle(HttpServerExchange exchange) {
        try (Places.Visit visit = places.visit()) {
            Reply reply = visit.isAdmitted() ? answer(exchange, visit) : Reply.unavailable();
            visit.isAnswered();
            wire.write(exchange, reply);
        } catch (RuntimeException | IOException gone) {
            // The connection was closed meanwhile. Nothing may escape: the server would log the request with its path.
            log.debug("an answer could not be sent: {}", gone.getClass().getSimpleName());
            IoUtils.safeClose(exchange.getConnection());
        }
    }

    private Reply answer(HttpServerExchange exchange, Places.Visit visit) {
        String method = exchange.getRequestMethod().toString();
        Reply document = documents.get(exchange.getRequestPath());
        if (document != null) {
            return method.equals("GET") || method.equals("HEAD")
                    ? document
                    : otherMethod(method, Set.of("GET, HEAD, OPTIONS"));
        }
        return switch (router.match(method, exchange.getRequestPath())) {
            case Router.Match.Nothing() -> Reply.notFound();
            case Router.Match.OtherMethods(var allowed) -> otherMethod(method, allowed);
            case Router.Match.Found found -> guarded(exchange, visit, found);
        };
    }

    private static Reply otherMethod(String method, Set<String> allowed) {
        return (method.equals("OPTIONS") ? Reply.noContent() : Reply.methodNotAllowed())
                .with("Allow", String.join(", ", allowed));
    }

    /// A bug or a database that is away answers this request, and harms no other.
    private Reply guarded(HttpServerExchange exchange, Places.Visit visit, Router.Match.Found found) {
        Route route = found.route();
        try {
            return authenticated(exchange, visit, found);
        } catch (DatabaseException failure) {
            log.error("{} {} failed", route.method(), route.template(), failure);
            return failure.isTransient() ? Reply.unavailable() : Reply.internal();
        } catch (TimeoutException full) {
            return Reply.unavailable();
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
            return Reply.unavailable();
        } catch (IOException gone) {
            return Reply.badRequest(List.of(new FieldError("body", "did not arrive")));
        } catch (RuntimeException bug) {
            log.error("{} {} failed", route.method(), route.template(), bug);
            return Reply.internal();
        }
    }

    private Reply authenticated(HttpServerExchange exchange, Places.Visit visit, Router.Match.Found found)
            throws IOException, InterruptedException, TimeoutException {
        Optional<Secret> key = key(exchange.getRequestHeaders());
        Optional<Users.Caller> caller = key.isPresent() ? callers.of(key.get()) : Optional.empty();
        if (caller.isEmpty()) {
            return Reply.unauthorized();
        }
        return switch (visit.belongsTo(caller.get().organizationId())) {
            case IN -> admitted(exchange, found, caller.get());
            case FULL -> Reply.unavailable();
            case TOO_MANY -> Reply.tooMany();
        };
    }

    private Reply admitted(HttpServerExchange exchange, Router.Match.Found found, Users.Caller caller)
            throws IOException, InterruptedException, TimeoutException {
        HeaderMap headers = exchange.getRequestHeaders();
        if (!MediaTypes.acceptsJson(joined(headers.get(Headers.ACCEPT)))) {
            return Reply.notAcceptable(MediaTypes.JSON);
        }
        Query query = new Query(exchange.getQueryParameters());
        if (!found.route().takesQuery() && query.isBad()) {
            return query.badRequest();
        }
        Optional<byte[]> body = Optional.of(new byte[0]);
        if (found.route().takesBody()) {
            if (!MediaTypes.isReadable(headers.getFirst(Headers.CONTENT_TYPE))
                    || !MediaTypes.isPlain(headers.getFirst(Headers.CONTENT_ENCODING))) {
                return Reply.unsupportedMediaType();
            }
            body = wire.read(exchange, MAX_BODY_BYTES);
        }
        if (body.isEmpty()) {
            return Reply.tooLarge(MAX_BODY_BYTES);
        }
        byte[] bytes = body.get();
        return workers.answer(() -> handled(found, caller, query, bytes));
    }

    private static Reply handled(Router.Match.Found found, Users.Caller caller, Query query, byte[] bytes) {
        Route route = found.route();
        Fields body = Fields.none();
        if (route.takesBody()) {
            Errors errors = new Errors();
            var object = Json.read(bytes, errors);
            if (object.isEmpty()) {
                return errors.reply();
            }
            body = new Fields(object.get(), "", errors);
        }
        return route.handler().handle(new Call(caller, found.path(), query, body));
    }

    private static Optional<Secret> key(HeaderMap headers) {
        HeaderValues values = headers.get(Headers.AUTHORIZATION);
        return values != null && values.size() == 1 && values.getFirst().regionMatches(true, 0, "Bearer ", 0, 7)
                ? Optional.of(new Secret(values.getFirst().substring(7).strip()))
                : Optional.empty();
    }

    private static @Nullable String joined(@Nullable HeaderValues values) {
        return values == null ? null : String.join(",", values);
    }

    /// Requests that are being handled are broken off.
    @Override
    public void close() {
        workers.close();
        callers.close();
    }
}
