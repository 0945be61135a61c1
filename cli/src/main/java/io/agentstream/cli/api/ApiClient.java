package io.agentstream.cli.api;

import io.agentstream.runtime.Secret;
import io.agentstream.runtime.Sentences;
import io.agentstream.schemas.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// Asks the REST API in a tenant's name. Each method blocks, for a minute and a half at most until an answer begins; what goes wrong is an
/// [ApiException], whose message a person can act on. Follows no redirection: the key is for one address. Any thread.
public final class ApiClient implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(10);
    /// A call of hours among many others takes a while to be read back.
    private static final Duration ANSWER = Duration.ofSeconds(90);
    private static final int MAX_PROBLEM_BYTES = 64 * 1024;

    private final URI root;
    private final Secret key;
    private final String advice;
    private final HttpClient client = HttpClient.newBuilder().connectTimeout(CONNECT).build();

    /// @param advice what to say where nothing answers
    ApiClient(URI root, Secret key, String advice) {
        this.root = root;
        this.key = key;
        this.advice = advice;
    }

    /// The query of these parameters, encoded, with its question mark; without those that are null.
    public static String query(Map<String, ? extends @Nullable Object> parameters) {
        String query = parameters.entrySet().stream()
                .filter(each -> each.getValue() != null)
                .map(each -> each.getKey() + "=" + URLEncoder.encode(String.valueOf(each.getValue()), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        return query.isEmpty() ? "" : "?" + query;
    }

    /// What a GET of the path, with its query, answers.
    public JsonNode get(String path) throws IOException, InterruptedException {
        try (InputStream body = open(path, Map.of("Accept", "application/json"))) {
            return Json.MAPPER.readTree(body.readAllBytes());
        } catch (JacksonException foreign) {
            throw new ApiException(200, "What answers at " + root + " is not this API. " + advice);
        }
    }

    /// Gives the items of a list to `taker`, page after page, for as long as it takes them (true).
    ///
    /// @param parameters of the list, without `cursor`; those that are null are left out
    public void each(String path, Map<String, ? extends @Nullable Object> parameters, Predicate<JsonNode> taker)
            throws IOException, InterruptedException {
        Map<String, @Nullable Object> all = new LinkedHashMap<>(parameters);
        boolean more = true;
        while (more) {
            JsonNode page = get(path + query(all));
            for (JsonNode item : page.path("items")) {
                if (!taker.test(item)) {
                    return;
                }
            }
            String cursor = page.path("next_cursor").asString("");
            all.put("cursor", cursor);
            more = !cursor.isEmpty();
        }
    }

    /// What a GET answers, as it comes: a file, or a stream that goes on. Whoever reads it closes it.
    ///
    /// @param headers of the request, beside the key
    public InputStream open(String path, Map<String, String> headers) throws IOException, InterruptedException {
        return answer(path, headers).body();
    }

    /// As [#open], with what the answer says beside its body.
    public HttpResponse<InputStream> answer(String path, Map<String, String> headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(root + path))
                .timeout(ANSWER)
                .header("Authorization", "Bearer " + key.reveal());
        headers.forEach(request::header);
        HttpResponse<InputStream> answer;
        try {
            answer = client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        } catch (IOException trouble) {
            throw notReached(trouble);
        }
        if (answer.statusCode() == 200 || answer.statusCode() == 206) {
            return answer;
        }
        try (InputStream body = answer.body()) {
            throw refused(answer, body.readNBytes(MAX_PROBLEM_BYTES));
        }
    }

    private ApiException notReached(IOException trouble) {
        if (trouble instanceof SSLException tls) {
            for (Throwable cause = tls; cause != null; cause = cause.getCause()) {
                if (cause instanceof CertificateException) {
                    return new ApiException(0, "The certificate of " + root + " is not one that this machine trusts: " + Sentences.of(cause)
                            + ". Where it is of an authority of your own: AGENT_STREAM_JAVA_OPTS=-Djavax.net.ssl.trustStore=FILE.");
                }
            }
            return new ApiException(0, "There is no TLS to be had with " + root + ": " + Sentences.of(tls) + ". Is it http://?");
        }
        if (trouble instanceof HttpTimeoutException) {
            return new ApiException(0, "There is no answer from " + root + " in time. " + advice);
        }
        return new ApiException(0, "Nothing answers at " + root + ": " + Sentences.of(trouble) + ". " + advice);
    }

    private ApiException refused(HttpResponse<?> answer, byte[] body) {
        int status = answer.statusCode();
        JsonNode problem;
        try {
            problem = Json.MAPPER.readTree(body);
        } catch (JacksonException foreign) {
            problem = Json.MAPPER.missingNode();
        }
        String detail = problem.path("detail").asString("");
        return new ApiException(
                status,
                switch (status) {
                    case 400 -> problem.path("errors").valueStream()
                            .map(error -> error.path("field").asString("") + " " + error.path("message").asString(""))
                            .collect(Collectors.joining("; ", "The API does not take this: ", "."));
                    case 401 -> "The API key is refused at " + root + ": it is not one of this system, or it is revoked.";
                    case 404 -> "There is no such thing in this organisation, or " + root + " is of an older version.";
                    case 429 -> "The API is asked too often" + answer.headers().firstValue("Retry-After")
                            .map(seconds -> "; again in " + seconds + " s")
                            .orElse("") + ".";
                    default -> detail.isEmpty()
                            ? "What answers at " + root + " is not this API, or does not let it through (status " + status + "). " + advice
                            : detail;
                });
    }

    @Override
    public void close() {
        client.shutdownNow();
    }

    /// Without the key.
    @Override
    public String toString() {
        return "ApiClient[" + root + "]";
    }
}
