package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.dev.local.DemoFile;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/// What the installation's operator does to an organisation.
record Operator(DemoFile demo, long organizationId) {

    /// To the demo organisation.
    Operator(DemoFile demo) {
        this(demo, demo.organizationId());
    }

    /// @param body limits as JSON
    void limits(String body) throws IOException, InterruptedException {
        new Api(demo).sendAs(demo.operatorKey(), "PATCH", path(), body);
    }

    /// Gives a user of it money; who had none counted before is prepaid from then on, and has just that.
    void grant(long userId, String amount) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> answer = client.send(
                    HttpRequest.newBuilder(URI.create(demo.apiUrl() + path() + "/credits"))
                            .header("Authorization", "Bearer " + demo.operatorKey())
                            .header("Content-Type", "application/json")
                            .header("Idempotency-Key", Wait.unique("grant"))
                            .timeout(Duration.ofSeconds(10))
                            .POST(HttpRequest.BodyPublishers.ofString(
                                    "{\"user_id\":" + userId + ",\"amount\":\"" + amount + "\",\"reference\":\"test\"}"))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertEquals(201, answer.statusCode(), answer.body());
        }
    }

    private String path() {
        return "/api/v1/operator/organizations/" + organizationId;
    }

    /// An agent that echoes, of a new user of the demo organisation who has so much.
    String agentOfUserWith(String amount) throws IOException, InterruptedException {
        Api owner = new Api(demo);
        long user = owner.send("POST", "/api/v1/users", "{\"email\":\"" + Wait.unique("u") + "@example.com\"}")
                .path("id").asLong();
        String key = owner.send(
                        "POST", "/api/v1/api-keys", "{\"name\":\"k\",\"scope\":\"admin\",\"user_id\":" + user + "}")
                .path("key").asString();
        grant(user, amount);
        return new Api(demo.apiUrl(), key).newAgent("{\"engine\":\"echo\"}");
    }
}
