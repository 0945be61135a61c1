package io.agentstream.orchestrator.api;

import io.agentstream.orchestrator.follow.KeysInForce;
import io.agentstream.orchestrator.store.DatabaseException;
import io.agentstream.orchestrator.store.Users;
import io.agentstream.runtime.Causes;
import io.agentstream.runtime.Keys;
import io.agentstream.runtime.Networks;
import io.agentstream.runtime.PeerAddress;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpContinue;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.IoUtils;

/// Between HTTP and the routes: is there room, who asks, may we read it, what do they hear. Called on a virtual thread for each
/// request, which only waits; the work is done by [Workers]. Reads at most [#MAX_BODY_BYTES] of a body.
final class Edge implements AutoCloseable {
    static final int MAX_BODY_BYTES = 512 * 1024;
    private static final Logger log = LoggerFactory.getLogger(Edge.class);

    /// The operator's place in the house, where tenants have their organisation's.
    private static final long OPERATOR = 0;

    private final Router router;
    private final Map<String, Reply> documents;
    private final Doorkeeper doorkeeper;
    private final Networks trustedProxies;
    private final Limits limits;
    private final Refusals refusals;
    private final Workers workers;
    private final Wire wire;
    private final KeysInForce keys;
    private final Places places = new Places();
    private final AtomicBoolean strangersForward = new AtomicBoolean();

    /// What one key, or one organisation, may ask.
    record Limits(RateLimits rates, Shares shares, Pauses pauses) {}

    /// @param documents what is answered to everybody, by path
    /// @param trustedProxies whose `X-Forwarded-For` is believed
    Edge(
            Router router,
            Map<String, Reply> documents,
            Doorkeeper doorkeeper,
            Networks trustedProxies,
            Limits limits,
            Refusals refusals,
            Workers workers,
            Wire wire,
            KeysInForce keys) {
        this.router = router;
        this.documents = documents;
        this.doorkeeper = doorkeeper;
        this.trustedProxies = trustedProxies;
        this.limits = limits;
        this.refusals = refusals;
        this.workers = workers;
        this.wire = wire;
        this.keys = keys;
    }

    void handle(HttpServerExchange exchange) {
        try (Places.Visit visit = places.visit()) {
            Reply reply = visit.isAdmitted()
                    ? answer(exchange, visit)
                    : refusals.count(Refusals.Why.REQUESTS, Reply.unavailable());
            visit.isAnswered();
            wire.write(exchange, reply.rest() == null ? reply : begun(visit, reply), visit::endsFollowing);
        } catch (RuntimeException | IOException gone) {
            // The connection was closed meanwhile. Nothing may escape: the server would log the request with its path.
            log.debug("an answer could not be sent: {}", Causes.ofAny(gone));
            IoUtils.safeClose(exchange.getConnection());
        }
    }

    private Reply begun(Places.Visit visit, Reply stream) {
        return switch (visit.streams()) {
            case IN -> stream;
            case FULL -> refusals.count(Refusals.Why.STREAMS, Reply.unavailable());
            case TOO_MANY -> refusals.count(Refusals.Why.STREAMS_OF_ONE, Reply.tooMany());
        };
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
        HeaderMap headers = exchange.getRequestHeaders();
        return switch (doorkeeper.judge(found.route().access(), RequestHeaders.key(headers), address(exchange))) {
            case Doorkeeper.Verdict.Out(Reply reply) ->
                reply.status() == 429 ? refusals.count(Refusals.Why.FAILED_KEYS, reply) : reply;
            case Doorkeeper.Verdict.In in -> {
                Optional<String> type = MediaTypes.best(RequestHeaders.accepted(headers), found.route().types());
                RateLimits.Kind kind = RateLimits.Kind.of(found.route(), type.orElse(MediaTypes.JSON));
                Users.Caller caller = in.caller();
                Optional<Reply> refusal = caller == null ? Optional.empty() : refusal(caller, kind);
                if (refusal.isPresent()) {
                    yield late(visit, owner(in), refusal.get());
                }
                if (type.isEmpty()) {
                    yield Reply.notAcceptable(found.route().types());
                }
                yield switch (visit.belongsTo(owner(in))) {
                    case IN -> following(visit, caller, admitted(exchange, found, in, type.get()));
                    case FULL -> refusals.count(Refusals.Why.REQUESTS, Reply.unavailable());
                    case TOO_MANY -> late(visit, owner(in), refusals.count(Refusals.Why.REQUESTS_OF_ONE, Reply.tooMany()));
                };
            }
        };
    }

    private Optional<Reply> refusal(Users.Caller caller, RateLimits.Kind kind) {
        int often = limits.rates().take(caller.keyId(), kind);
        if (often > 0) {
            return Optional.of(refusals.count(Refusals.Why.rate(kind), Reply.tooOften(often)));
        }
        int much = limits.shares().waitSeconds(caller.organizationId());
        return much == 0 ? Optional.empty() : Optional.of(refusals.count(Refusals.Why.SHARE, Reply.tooMuch(much)));
    }

    private Reply late(Places.Visit visit, long organizationId, Reply refusal) throws InterruptedException {
        visit.isAnswered(); // nobody else waits for its place
        limits.pauses().pause(organizationId);
        return refusal;
    }

    private Reply following(Places.Visit visit, Users.@Nullable Caller caller, Reply reply) {
        if (reply.live() == null || caller == null) {
            return reply;
        }
        return switch (visit.follows(caller.keyId())) {
            case IN -> reply;
            case FULL -> refusals.count(Refusals.Why.FOLLOWERS, Reply.unavailable());
            case TOO_MANY -> refusals.count(Refusals.Why.FOLLOWERS_OF_ONE, Reply.tooMany());
        };
    }

    /// Waits until nobody follows any more, for so long at most.
    void awaitNobodyFollows(Duration limit) throws InterruptedException {
        places.awaitNobodyFollows(limit);
    }

    private static long owner(Doorkeeper.Verdict.In in) {
        Users.Caller caller = in.caller();
        return caller == null ? OPERATOR : caller.organizationId();
    }

    private PeerAddress address(HttpServerExchange exchange) {
        InetAddress peer = exchange.getSourceAddress().getAddress();
        HeaderValues forwarded = exchange.getRequestHeaders().get(Headers.X_FORWARDED_FOR);
        if (forwarded != null && !trustedProxies.contains(peer) && !strangersForward.getAndSet(true)) {
            log.atWarn().log("somebody who is no trusted proxy sends X-Forwarded-For to the API: if that is your balancer, all clients share"
                    + " the limits of its one address until {} names it", Keys.API_TRUSTED_PROXIES.variable());
        }
        return PeerAddress.of(peer, forwarded == null ? List.of() : forwarded, trustedProxies);
    }

    private Reply admitted(HttpServerExchange exchange, Router.Match.Found found, Doorkeeper.Verdict.In in, String type)
            throws IOException, InterruptedException, TimeoutException {
        HeaderMap headers = exchange.getRequestHeaders();
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
            if (HttpContinue.requiresContinueResponse(exchange)) {
                HttpContinue.sendContinueResponseBlocking(exchange);
            }
            body = wire.read(exchange, MAX_BODY_BYTES);
        }
        if (body.isEmpty()) {
            return Reply.tooLarge(MAX_BODY_BYTES);
        }
        byte[] bytes = body.get();
        long owner = owner(in);
        Reply reply = workers.answer(owner, () -> handled(found, in, query, bytes, RequestHeaders.asked(exchange), type));
        ByteBuffer whole = reply.body();
        limits.shares().sent(owner, whole == null ? 0 : whole.remaining());
        Reply answer = reply.later() == null ? reply.through(pieces -> inTurn(owner, pieces)) : reply.later().get();
        Users.Caller caller = in.caller();
        return caller == null ? answer : answer.through(pieces -> new KeyedPieces(pieces, keys, caller.keyId()));
    }

    private Reply.Pieces inTurn(long owner, Reply.Pieces pieces) {
        return new Reply.Pieces() {
            @Override
            public Optional<byte[]> next() {
                return Edge.this.next(owner, pieces);
            }

            @Override
            public void close() {
                pieces.close();
            }
        };
    }

    /// Each piece of a stream takes its turn.
    private Optional<byte[]> next(long owner, Reply.Pieces pieces) {
        try {
            return workers.piece(owner, pieces::next);
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("the API is being closed", closing);
        } catch (TimeoutException full) {
            throw new IllegalStateException("the next piece took too long", full);
        }
    }

    private static Reply handled(
            Router.Match.Found found,
            Doorkeeper.Verdict.In in,
            Query query,
            byte[] bytes,
            Call.Asked asked,
            String type) {
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
        return route.handler().handle(new Call(in.caller(), in.who(), found.path(), query, body, asked, type));
    }

    /// Requests that are being handled are broken off.
    @Override
    public void close() {
        workers.close();
        doorkeeper.close();
    }
}
