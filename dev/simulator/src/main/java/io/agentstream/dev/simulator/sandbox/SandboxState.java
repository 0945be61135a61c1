package io.agentstream.dev.simulator.sandbox;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What the sandbox knows: domains with their tokens, sessions, scripts, and the last requests. Decides every answer.
///
/// Any thread may call it; it holds its own lock, shortly. Bounded: the oldest sessions, scripts and requests are forgotten.
final class SandboxState {

    static final int MAX_SESSIONS = 10_000;
    static final int MAX_REQUESTS = 1_000;
    static final int MAX_DOMAINS = 1_000;

    private final Map<String, String> tokens = new HashMap<>();
    private final Map<String, Session> sessions = forgetful(MAX_SESSIONS);
    private final Map<String, Script> sessionScripts = forgetful(MAX_SESSIONS);
    private final Map<String, Script> domainScripts = forgetful(MAX_DOMAINS);
    private final Deque<SandboxRequest> requests = new ArrayDeque<>();
    private final List<Consumer<SandboxRequest>> listeners = new CopyOnWriteArrayList<>();
    private final Map<String, String> rings = forgetful(MAX_SESSIONS);
    private final Map<String, String> dials = forgetful(MAX_SESSIONS);
    private final Map<String, Callee> callees = forgetful(MAX_SESSIONS);
    private final Map<String, String> called = forgetful(MAX_SESSIONS);
    private final Map<String, Set<String>> rooms = forgetful(MAX_SESSIONS);
    private int lastSessionId;

    private static <V> Map<String, V> forgetful(int limit) {
        return new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
                return size() > limit;
            }
        };
    }

    synchronized void domain(String domain, String token) {
        if (tokens.size() >= MAX_DOMAINS && !tokens.containsKey(domain)) {
            throw new IllegalArgumentException("the sandbox knows at most " + MAX_DOMAINS + " domains");
        }
        tokens.put(domain, token);
    }

    synchronized void scriptSession(String session, Script script) {
        sessionScripts.put(session, script);
    }

    synchronized void scriptDomain(String domain, Script script) {
        domainScripts.put(domain, script);
    }

    synchronized List<SandboxRequest> requests() {
        return List.copyOf(requests);
    }

    synchronized Optional<Session> session(String token) {
        return Optional.ofNullable(sessions.get(token));
    }

    /// Whether the token is the domain's.
    synchronized boolean opens(String domain, @Nullable String bearerToken) {
        return tokenValid(domain, bearerToken);
    }

    /// Answers a GET (`delete` false) or a DELETE for `session` of `domain`.
    synchronized Answer.Timed answer(
            boolean delete, String domain, String session, @Nullable String bearerToken, long nowMs) {
        boolean tokenValid = tokenValid(domain, bearerToken);
        Script script = script(domain, session);
        Answer answer = decide(delete, domain, session, tokenValid, script.behaviour(), nowMs);
        keep(new SandboxRequest(nowMs, delete ? "DELETE" : "GET", domain, session, tokenValid, answer.statusOrZero()));
        return timed(answer, script);
    }

    private void keep(SandboxRequest request) {
        if (requests.size() >= MAX_REQUESTS) {
            requests.removeFirst();
        }
        requests.addLast(request);
        listeners.forEach(each -> each.accept(request));
    }

    /// Tells `listener` each request, under the lock.
    void addListener(Consumer<SandboxRequest> listener) {
        listeners.add(listener);
    }

    void removeListener(Consumer<SandboxRequest> listener) {
        listeners.remove(listener);
    }

    /// Whom a session was given to.
    synchronized Optional<String> rings(String session) {
        return Optional.ofNullable(rings.get(session));
    }

    /// How the call stands that a session was put through to, in the provider's words; nothing where it was not.
    synchronized Optional<String> dial(String session) {
        return Optional.ofNullable(dials.get(session));
    }

    /// What has become of the call that a session was put through to, unless its caller has hung up.
    ///
    /// @param over whether that is its end, and the session's: behind the dialling nothing is left but a hang-up
    synchronized void dialled(String session, String how, boolean over, long nowMs) {
        if (isLive(session)) {
            dials.put(session, how);
            if (over) {
                over(session, "completed", nowMs);
            }
        }
    }

    /// A POST for somebody who is to be called.
    ///
    /// @param token of the new session; null where nobody is called
    /// @param who is called
    record Calling(Answer.Timed answer, @Nullable String token, Callee who) {}

    /// Answers a POST that has somebody called.
    synchronized Calling call(String domain, String destination, @Nullable String bearerToken, long nowMs) {
        boolean tokenValid = tokenValid(domain, bearerToken);
        Callee who = callee(destination);
        if (who.times() > 0) {
            callees.put(destination, who.answered(who.times() == 1 ? Behaviour.LIVE : who.request(), who.times() - 1));
        }
        String token = "leg-" + ++lastSessionId;
        Answer answer = decide(false, domain, token, tokenValid, who.request(), nowMs);
        boolean calls = answer.statusOrZero() == 200;
        if (calls) {
            sessions.put(token, Session.outbound(lastSessionId, token, domain, destination, nowMs));
            called.put(destination, token);
        } else {
            sessions.remove(token);
        }
        keep(new SandboxRequest(nowMs, "POST", domain, token, tokenValid, answer.statusOrZero()));
        return new Calling(timed(answer, new Script(who.request(), 0, 0)), calls ? token : null, who);
    }

    synchronized void callee(String number, Callee callee) {
        callees.put(number, callee);
    }

    /// Who is at a number.
    synchronized Callee callee(String number) {
        return callees.getOrDefault(number, Callee.WILLING);
    }

    /// The newest session by which somebody was called.
    synchronized Optional<Session> called(String number) {
        return Optional.ofNullable(called.get(number)).map(sessions::get);
    }

    /// Somebody answers the telephone; false where it does not ring any more.
    synchronized boolean answered(String token, long nowMs) {
        Session session = sessions.computeIfPresent(token, (_, rings) -> rings.answered(nowMs));
        return session != null && session.endedMs() == null;
    }

    synchronized boolean isLive(String token) {
        Session session = sessions.get(token);
        return session != null && session.endedMs() == null;
    }

    synchronized void over(String token, String how, long nowMs) {
        sessions.computeIfPresent(token, (_, session) -> session.ended(nowMs, how, false));
        leaves(token, nowMs);
    }

    /// Somebody comes into a room, unless they have hung up.
    synchronized void joins(String token, String room) {
        if (isLive(token)) {
            rooms.computeIfAbsent(room, _ -> new LinkedHashSet<>()).add(token);
        }
    }

    /// Who is in a room.
    synchronized List<String> room(String room) {
        return List.copyOf(rooms.getOrDefault(room, Set.of()));
    }

    /// Whoever leaves a room ends it, and the sessions of all who are there.
    private void leaves(String token, long nowMs) {
        for (Iterator<Set<String>> each = rooms.values().iterator(); each.hasNext(); ) {
            Set<String> there = each.next();
            if (there.contains(token)) {
                each.remove();
                there.forEach(other -> sessions.computeIfPresent(other, (_, session) -> session.ended(nowMs, "completed", false)));
                return;
            }
        }
    }

    private static Answer.Timed timed(Answer answer, Script script) {
        return new Answer.Timed(script.behaviour() == Behaviour.LOST ? new Answer.Cut() : answer, script.effectiveDelayMs());
    }

    /// Answers a POST of another application for `session` of `domain`, which rings somebody, or brings the session into a room.
    synchronized Answer.Timed transfer(
            String domain, String session, String to, boolean isRoom, @Nullable String bearerToken, long nowMs, Runnable done) {
        boolean tokenValid = tokenValid(domain, bearerToken);
        Script script = script(domain, session);
        Answer answer = decide(false, domain, session, tokenValid, script.behaviour(), nowMs);
        Session known = sessions.get(session);
        if (answer.statusOrZero() == 200 && known != null && known.endedMs() != null) {
            answer = error(404, "Session not found");
        } else if (answer.statusOrZero() == 200 && script.behaviour() != Behaviour.GARBAGE) {
            rings.put(session, to);
            if (isRoom) {
                leaves(session, nowMs); // another room, or the same anew
                joins(session, to);
            }
            done.run();
        }
        keep(new SandboxRequest(nowMs, "POST", domain, session, tokenValid, answer.statusOrZero()));
        return timed(answer, script);
    }

    private Answer decide(
            boolean delete, String domain, String session, boolean tokenValid, Behaviour behaviour, long nowMs) {
        return switch (behaviour) {
            case UNAUTHORIZED -> error(401, "Unauthorized");
            case FORBIDDEN -> error(403, "Forbidden");
            case RATE_LIMITED -> error(429, "Too many requests");
            case ERROR -> error(500, "Internal server error");
            case RESET -> new Answer.Cut();
            case GARBAGE -> new Answer.Json(200, "{\"token\": \"" + session + "\", \"endTime\": nul");
            case LIVE, SLOW, ENDED, NOT_FOUND, LOST -> {
                if (!tokenValid) {
                    yield error(401, "Unauthorized");
                }
                yield behaviour == Behaviour.NOT_FOUND
                        ? error(404, "Session not found")
                        : known(delete, domain, session, behaviour == Behaviour.ENDED, nowMs);
            }
        };
    }

    private Answer known(boolean delete, String domain, String token, boolean over, long nowMs) {
        Session session = sessions.get(token);
        if (session == null) {
            session = Session.inbound(++lastSessionId, token, domain, nowMs);
        }
        if (!session.domain().equals(domain)) {
            return error(404, "Session not found");
        }
        Session next = over || delete ? session.ended(nowMs, delete && !over) : session;
        sessions.put(token, next);
        if (next.endedMs() != null) {
            leaves(token, nowMs);
        }
        if (!delete) {
            return new Answer.Json(200, next.toJson());
        }
        return session.endedMs() == null && !over ? new Answer.Bare(204) : error(404, "Session not found");
    }

    private static Answer error(int status, String message) {
        return new Answer.Json(status, "{\"error\": \"" + message + "\", \"status\": " + status + "}");
    }

    private boolean tokenValid(String domain, @Nullable String bearerToken) {
        String expected = tokens.get(domain);
        return expected != null
                && bearerToken != null
                && MessageDigest.isEqual(
                        expected.getBytes(StandardCharsets.UTF_8), bearerToken.getBytes(StandardCharsets.UTF_8));
    }

    /// The script in force for this request, used up by one: the session's own, else its domain's, else live.
    private Script script(String domain, String session) {
        return next(sessionScripts, session).or(() -> next(domainScripts, domain)).orElse(Script.LIVE);
    }

    private static Optional<Script> next(Map<String, Script> scripts, String key) {
        Script script = scripts.get(key);
        if (script != null && script.times() == 1) {
            scripts.remove(key);
        } else if (script != null && script.times() > 1) {
            scripts.put(key, new Script(script.behaviour(), script.times() - 1, script.delayMs()));
        }
        return Optional.ofNullable(script);
    }
}
