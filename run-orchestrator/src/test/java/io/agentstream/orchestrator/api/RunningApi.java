package io.agentstream.orchestrator.api;

import io.agentstream.orchestrator.replay.CallLogs;
import io.agentstream.orchestrator.secret.CredentialsCipher;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.runtime.HttpServer;
import io.agentstream.runtime.Metrics;
import io.agentstream.runtime.Networks;
import io.agentstream.runtime.Secret;
import io.agentstream.runtime.outbound.AddressGuard;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The API on a port of its own, and a client that holds an API key. Whatever is asked and answered is held against `openapi.yaml`.
final class RunningApi implements AutoCloseable {
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final SecureRandom RANDOM = new SecureRandom();

    final CredentialsCipher cipher = CredentialsCipher.of(RANDOM, CredentialsCipher.generateKey(RANDOM))
            .orElseThrow();
    private final Metrics metrics = new Metrics("api-test");
    private final Api api;
    private final HttpServer server;
    private final Contract contract;
    private final HttpClient client = HttpClient.newHttpClient();
    private final Secret key;

    RunningApi(Database database, Secret key) {
        this(database, key, Duration.ofMillis(400));
    }

    RunningApi(Database database, Secret key, Duration patience) {
        this(database, key, ApiSettings.of("ws://127.0.0.1:8080/", ApiSettings.MANY, patience));
    }

    RunningApi(Database database, Secret key, Api.Settings settings) {
        this(database, key, settings, CallLogs.NONE);
    }

    RunningApi(Database database, Secret key, CallLogs logs) {
        this(database, key, ApiSettings.of("ws://127.0.0.1:8080/"), logs);
    }

    RunningApi(Database database, Secret key, Api.Settings settings, CallLogs logs) {
        this(ApiSettings.onePool(database), key, settings, logs);
    }

    RunningApi(ApiDatabases databases, Secret key, Api.Settings settings, CallLogs logs) {
        this.key = key;
        this.api = new Api(databases, cipher, new AddressGuard(Networks.NONE), logs, settings, metrics);
        this.contract = new Contract(api.routes());
        this.server = HttpServer.start("127.0.0.1", 0, 1, 1, api.handler());
    }

    record Answer(int status, JsonNode body, HttpResponse<String> http) {
        String header(String name) {
            return http.headers().firstValue(name).orElse("");
        }

        JsonNode get(String pointer) {
            return body.at(pointer);
        }

        /// The fields that a 400 names, in its order.
        List<String> badFields() {
            return body.path("errors").valueStream()
                    .map(error -> error.path("field").stringValue())
                    .toList();
        }
    }

    /// All meters as Prometheus reads them.
    String metrics() {
        return metrics.scrape();
    }

    void endFollowing() throws InterruptedException {
        api.endFollowing();
    }

    List<Route> routes() {
        return api.routes();
    }

    URI url(String path) {
        return URI.create("http://127.0.0.1:" + server.port() + path);
    }

    Answer get(String path) throws IOException, InterruptedException {
        return send("GET", path, null);
    }

    Answer send(String method, String path, String body, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = request(method, path, body).header("Authorization", "Bearer " + key.reveal());
        if (body != null) {
            request.setHeader("Content-Type", "application/json");
        }
        for (int i = 0; i < headers.length; i += 2) {
            request.setHeader(headers[i], headers[i + 1]);
        }
        return send(request, body);
    }

    /// With another tenant's key, or another key of the same.
    Answer sendAs(Secret other, String method, String path, String body) throws IOException, InterruptedException {
        return send(method, path, body, "Authorization", "Bearer " + other.reveal());
    }

    Answer operator(String method, String path, String body) throws IOException, InterruptedException {
        return sendAs(ApiSettings.OPERATOR_KEY, method, path, body);
    }

    HttpRequest.Builder request(String method, String path, String body) {
        return HttpRequest.newBuilder(url(path))
                .timeout(Duration.ofSeconds(15))
                .method(
                        method,
                        body == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body));
    }

    Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return send(request, null);
    }

    private Answer send(HttpRequest.Builder builder, String sent) throws IOException, InterruptedException {
        HttpRequest request = builder.build();
        HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
        contract.check(request.method(), request.uri().getPath(), sent, response);
        String type = response.headers().firstValue("Content-Type").orElse("");
        boolean json = type.contains("json") && !type.equals(MediaTypes.NDJSON)
                && !response.body().isEmpty();
        JsonNode body = json ? MAPPER.readTree(response.body()) : MAPPER.missingNode();
        return new Answer(response.statusCode(), body, response);
    }

    @Override
    public void close() {
        server.close();
        api.close();
        metrics.close();
        client.close();
    }
}
