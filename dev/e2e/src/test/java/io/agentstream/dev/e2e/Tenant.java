package io.agentstream.dev.e2e;

import io.agentstream.dev.local.DemoFile;
import io.agentstream.dev.local.LocalSystem;
import io.agentstream.dev.simulator.sandbox.CloudonixSandbox;
import java.io.IOException;
import java.security.SecureRandom;
import tools.jackson.databind.JsonNode;

/// An organisation of its own on a running system, with an account at the provider's stand-in: for tests that would be in the way of
/// others in the demo organisation.
///
/// @param ownerId its first user, whose key `api` has
/// @param domain of its account
record Tenant(Api api, Operator operator, long ownerId, String domain) {

    /// @param limits as JSON, what the operator gives it
    static Tenant create(LocalSystem system, String limits) throws IOException, InterruptedException {
        return create(system.demo(), system.sandbox(), limits);
    }

    static Tenant create(DemoFile demo, CloudonixSandbox sandbox, String limits) throws IOException, InterruptedException {
        JsonNode made = new Api(demo).sendAs(
                demo.operatorKey(), "POST", "/api/v1/operator/organizations",
                "{\"name\":\"" + Wait.unique("tenant") + "\",\"owner_email\":\"owner@example.com\"}");
        Operator operator = new Operator(demo, made.path("id").asLong());
        operator.limits(limits);
        Api api = new Api(demo.apiUrl(), made.path("api_key").asString());
        String domain = Wait.unique("t") + ".example.com";
        String token = CloudonixSandbox.newToken(new SecureRandom());
        sandbox.domain(domain, token);
        api.send("POST", "/api/v1/telephony-configurations",
                "{\"name\":\"main\",\"provider\":\"cloudonix\",\"credentials\":{\"domain_id\":\"" + domain
                        + "\",\"bearer_token\":\"" + token + "\"}}");
        return new Tenant(api, operator, made.path("owner").path("id").asLong(), domain);
    }

    /// A call to one of its agents.
    Attempt attempt(LocalSystem system, String agent) {
        Attempt attempt = new Attempt(system, agent);
        attempt.domain = domain;
        attempt.accountSid = domain;
        return attempt;
    }
}
