package io.agentstream.orchestrator.provider.cloudonix;

import io.agentstream.orchestrator.provider.Trouble;
import io.agentstream.runtime.Secret;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/// Requests to Cloudonix's API: one by one, each bounded in time and in what is read of its answer. Any thread that may wait.
final class CloudonixRequests implements AutoCloseable {
    private static final int MAX_BODY_BYTES = 256 * 1024;
    private static final int MAX_RETRY_AFTER_S = 5;
    private static final Pattern SESSION = Pattern.compile("[A-Za-z0-9._~-]{1,256}");

    private final CloudonixClient.Settings settings;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpClient http;
    private final String root;
    private volatile boolean isClosed;

    CloudonixRequests(CloudonixClient.Settings settings) {
        this.settings = settings;
        String url = settings.baseUrl().toString();
        this.root = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(settings.requestTimeout().multipliedBy(4).dividedBy(5)) // so that it is known where it was for want of one
                .executor(threads)
                .build();
    }

    /// One request about a session, until the deadline at most.
    Attempt send(String method, String domain, String session, Secret token, long deadlineNanos) {
        URI uri = URI.create(root + "/customers/self/domains/" + encode(domain) + "/sessions/" + encode(session));
        return send(method, uri, HttpRequest.BodyPublishers.noBody(), token, deadlineNanos);
    }

    /// One about a domain itself, until the deadline at most.
    Attempt domain(String domain, Secret token, long deadlineNanos) {
        URI uri = URI.create(root + "/customers/self/domains/" + encode(domain));
        return send("GET", uri, HttpRequest.BodyPublishers.noBody(), token, deadlineNanos);
    }

    /// One that switches a session's application, until the deadline at most.
    Attempt switchApplication(String domain, String session, String body, Secret token, long deadlineNanos) {
        URI uri = URI.create(root + "/calls/" + encode(domain) + "/sessions/" + encode(session) + "/application");
        return send("POST", uri, HttpRequest.BodyPublishers.ofString(body), token, deadlineNanos);
    }

    /// One that calls somebody, until the deadline at most.
    Attempt call(String domain, String body, Secret token, long deadlineNanos) {
        URI uri = URI.create(root + "/calls/" + encode(domain) + "/application");
        return send("POST", uri, HttpRequest.BodyPublishers.ofString(body), token, deadlineNanos);
    }

    private Attempt send(String method, URI uri, HttpRequest.BodyPublisher body, Secret token, long deadlineNanos) {
        long left = Math.min(settings.requestTimeout().toNanos(), deadlineNanos - System.nanoTime());
        if (isClosed) {
            return new Attempt.Closed(false);
        }
        if (left <= 0) {
            return new Attempt.Again(Trouble.NOT_SENT, 0);
        }
        HttpRequest request = HttpRequest.newBuilder(uri)
                .method(method, body)
                .header("Authorization", "Bearer " + token.reveal())
                .header("Content-Type", "application/json")
                .header("Accept", "application/json")
                .build();
        // The future bounds the whole exchange; the request's own timeout would end with the headers.
        CompletableFuture<HttpResponse<BoundedBody.Body>> answer;
        try {
            answer = http.sendAsync(request, _ -> new BoundedBody(MAX_BODY_BYTES));
        } catch (RuntimeException shutDown) {
            return new Attempt.Closed(false);
        }
        try {
            return judge(answer.get(left, TimeUnit.NANOSECONDS));
        } catch (TimeoutException late) {
            answer.cancel(true);
            return new Attempt.Again(Trouble.TIMEOUT, backoffMs());
        } catch (ExecutionException broken) {
            boolean sent = !Unsent.is(broken);
            return isClosed ? new Attempt.Closed(sent) : new Attempt.Again(sent ? Trouble.IO_ERROR : Trouble.NOT_SENT, backoffMs());
        } catch (InterruptedException stopped) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            return new Attempt.Closed(true);
        }
    }

    private Attempt judge(HttpResponse<BoundedBody.Body> response) {
        int status = response.statusCode();
        if (status != 429 && status < 500) {
            return new Attempt.Answer(status, response.body());
        }
        long asked = response.headers()
                .firstValue("Retry-After")
                .filter(value -> value.matches("[0-9]{1,4}"))
                .map(Long::parseLong)
                .orElse(0L);
        // One that asks for more than a moment gets no second try: the wait then outlasts any deadline.
        long askedMs = asked <= MAX_RETRY_AFTER_S ? asked * 1000 : Long.MAX_VALUE / 2_000_000;
        Trouble trouble = switch (status) {
            case 429 -> Trouble.RATE_LIMITED;
            case 502, 504 -> Trouble.NO_WORD_FROM_BEHIND;
            default -> Trouble.SERVER_ERROR;
        };
        return new Attempt.Again(trouble, Math.max(askedMs, backoffMs()), status);
    }

    private long backoffMs() {
        return ThreadLocalRandom.current()
                .nextLong(
                        settings.minBackoff().toMillis(),
                        settings.maxBackoff().toMillis() + 1);
    }

    /// Whether it can stand in a path as it is.
    static boolean isPathSafe(String session) {
        return SESSION.matcher(session).matches() && !session.equals(".") && !session.equals("..");
    }

    private static String encode(String segment) {
        StringBuilder encoded = new StringBuilder();
        for (byte b : segment.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean unreserved = (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || c == '.' || c == '_' || c == '~' || c == '-';
            if (unreserved) {
                encoded.append(c);
            } else {
                encoded.append(String.format(Locale.ROOT, "%%%02X", (int) c));
            }
        }
        return encoded.toString();
    }

    /// Requests under way are broken off.
    @Override
    public void close() {
        isClosed = true;
        http.shutdownNow();
        threads.shutdownNow();
    }
}
