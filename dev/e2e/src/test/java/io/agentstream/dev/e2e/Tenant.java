package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.dev.local.DemoFile;
import io.agentstream.dev.local.LocalSystem;
import io.agentstream.dev.simulator.sandbox.CloudonixSandbox;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.time.Duration;
import tools.jackson.databind.JsonNode;

/// An organisation of its own on a running system, with an account at the provider's stand-in: for tests that would be in the way of
/// others in the demo organisation.
///
/// @param ownerId its first user, whose key `api` has
/// @param domain of its account
record Tenant(DemoFile demo, Api api, Operator operator, long ownerId, String domain) {

    /// @param limits as JSON, what the operator gives it
    static Tenant create(DemoFile demo, String limits) throws IOException, InterruptedException {
        JsonNode made = new Api(demo).sendAs(
                demo.operatorKey(), "POST", "/api/v1/operator/organizations",
                "{\"name\":\"" + Wait.unique("tenant") + "\",\"owner_email\":\"owner@example.com\"}");
        Operator operator = new Operator(demo, made.path("id").asLong());
        operator.limits(limits);
        Api api = new Api(demo.apiUrl(), made.path("api_key").asString());
        Tenant tenant = new Tenant(demo, api, operator, made.path("owner").path("id").asLong(), Wait.unique("t") + ".example.com");
        String token = CloudonixSandbox.newToken(new SecureRandom());
        tenant.provider("{\"bearer_token\":\"" + token + "\"}");
        api.send("POST", "/api/v1/telephony-configurations",
                "{\"name\":\"main\",\"provider\":\"cloudonix\",\"credentials\":{\"domain_id\":\"" + tenant.domain
                        + "\",\"bearer_token\":\"" + token + "\"}}");
        return tenant;
    }

    /// Tells the provider's stand-in what to make of its domain.
    void provider(String script) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> answer = client.send(
                    HttpRequest.newBuilder(URI.create(demo.cloudonixUrl() + "/sandbox/domains/" + domain))
                            .timeout(Duration.ofSeconds(10))
                            .PUT(HttpRequest.BodyPublishers.ofString(script))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertEquals(204, answer.statusCode(), answer.body());
        }
    }

    /// Where a call to one of its agents goes.
    URI stream(String agent) {
        String gateway = demo.streamUrl().substring(0, demo.streamUrl().indexOf("/api/v1/"));
        return URI.create(gateway + "/api/v1/agent-stream/" + agent + "?provider=cloudonix&Domain=" + domain);
    }

    /// A call to one of its agents.
    Attempt attempt(LocalSystem system, String agent) {
        Attempt attempt = new Attempt(system, agent);
        attempt.domain = domain;
        attempt.accountSid = domain;
        return attempt;
    }
}
