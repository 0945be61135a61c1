package io.agentstream.orchestrator.api;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.runtime.Networks;
import io.agentstream.runtime.Secret;
import java.math.BigDecimal;
import java.time.Duration;

/// An API as tests have it: with an operator, at ten cents a minute.
public final class ApiSettings {
    static final Secret OPERATOR_KEY = new Secret("operator-of-the-tests-0123456789");

    /// More failed keys than a test has.
    static final int MANY = 1_000_000;

    /// More than a test asks.
    public static final Api.Rates OFTEN = new Api.Rates(MANY, MANY, MANY, MANY);

    private ApiSettings() {}

    /// One pool for everything.
    public static ApiDatabases onePool(Database database) {
        return new ApiDatabases(database, database, database, database);
    }

    public static Api.Settings of(String gatewayUrl) {
        return of(gatewayUrl, MANY, Duration.ofSeconds(15));
    }

    static Api.Settings of(String gatewayUrl, int failedKeysPerMinute, Duration patience) {
        return new Api.Settings(
                gatewayUrl, OPERATOR_KEY, new BigDecimal("0.10"), Networks.NONE, failedKeysPerMinute, OFTEN, patience);
    }
}
