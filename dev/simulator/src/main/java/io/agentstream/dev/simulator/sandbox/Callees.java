package io.agentstream.dev.simulator.sandbox;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Plays those who are called: their telephone rings, they answer it or do not, hear what they are told, and press a key. Of the application that
/// they get it knows a question with an address for the key, and a room. Any thread; close ends it all.
final class Callees implements AutoCloseable {

    private static final Pattern ACTION = Pattern.compile("<Gather [^>]*action=\"([^\"]{1,2000})\"");
    static final Pattern ROOM = Pattern.compile("<Conference[^>]*>([^<]{1,255})</Conference>");
    private static final Duration HOOK = Duration.ofSeconds(10);
    private static final JsonMapper JSON = new JsonMapper();

    private final SandboxState state;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name("sandbox-callees").factory());
    private final HttpClient http = HttpClient.newBuilder().connectTimeout(HOOK).build();

    Callees(SandboxState state) {
        this.state = state;
    }

    /// Whether a body says whom to call, and with which application.
    static boolean isUsable(JsonNode body) {
        return body.path("destination").isString() && body.path("cxml").isString();
    }

    /// It rings.
    void call(Callee callee, String token, JsonNode body) {
        long ringsMs = 1_000L * body.path("timeout").asInt(30);
        String callback = body.path("callback").asString(null);
        tell(callback, token);
        switch (callee.does()) {
            case BUSY -> after(50, () -> over(token, "busy", callback));
            case NO_ANSWER -> after(ringsMs, () -> over(token, "noanswer", callback));
            case TAKES, REFUSES, HANGS_UP, LISTENS -> after(callee.answersAfterMs(), () -> answers(callee, token, body.path("cxml").asString(), callback));
        }
    }

    /// It rings where a caller is put through to without being asked for: whoever answers has them, and asks for no key.
    void dial(String session, String to, long ringsMs) {
        Callee callee = state.callee(to);
        state.dialled(session, "ringing", false, now());
        switch (callee.does()) {
            case BUSY -> after(50, () -> state.dialled(session, "busy", true, now()));
            case NO_ANSWER -> after(ringsMs, () -> state.dialled(session, "noanswer", true, now()));
            case TAKES, REFUSES, LISTENS -> after(callee.answersAfterMs(), () -> state.dialled(session, "answered", false, now()));
            case HANGS_UP -> after(2 * callee.answersAfterMs(), () -> state.dialled(session, "completed", true, now()));
        }
    }

    private void answers(Callee callee, String token, String cxml, @Nullable String callback) {
        if (!state.answered(token, now())) {
            return;
        }
        tell(callback, token);
        switch (callee.does()) {
            case TAKES -> after(callee.answersAfterMs(), () -> presses("1", token, cxml, callback));
            case REFUSES -> after(callee.answersAfterMs(), () -> presses("2", token, cxml, callback));
            case HANGS_UP, LISTENS -> after(callee.answersAfterMs(), () -> over(token, "completed", callback));
            case BUSY, NO_ANSWER -> {}
        }
    }

    private void presses(String digit, String token, String cxml, @Nullable String callback) {
        Matcher action = ACTION.matcher(cxml);
        if (!state.isLive(token) || !action.find()) {
            over(token, "completed", callback);
            return;
        }
        String body = JSON.createObjectNode()
                .put("CallSid", "call-of-" + token).put("Session", token).put("Direction", "outbound-api").put("Digits", digit).toString();
        post(action.group(1).replace("&amp;", "&"), body).whenComplete((answer, failure) -> {
            Matcher room = ROOM.matcher(failure == null && answer.statusCode() == 200 ? answer.body() : "");
            if (room.find()) {
                state.joins(token, room.group(1));
            } else {
                over(token, "completed", callback);
            }
        });
    }

    private void over(String token, String how, @Nullable String callback) {
        state.over(token, how, now());
        tell(callback, token);
    }

    /// What changes about a session is told, whether anybody hears it or not.
    private void tell(@Nullable String callback, String token) {
        if (callback != null) {
            state.session(token).ifPresent(session -> post(callback, session.toJson()));
        }
    }

    private CompletableFuture<HttpResponse<String>> post(String to, String body) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(to))
                .timeout(HOOK)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return http.sendAsync(request, HttpResponse.BodyHandlers.ofString());
    }

    private void after(long ms, Runnable what) {
        try {
            var _ = timer.schedule(what, ms, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closing) { // nobody answers any more
            return;
        }
    }

    private static long now() {
        return System.currentTimeMillis();
    }

    @Override
    public void close() {
        timer.shutdownNow();
        http.shutdownNow();
    }
}
