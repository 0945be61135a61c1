package io.agentstream.cli.doctor;

import io.agentstream.orchestrator.provider.SessionCheck;
import io.agentstream.orchestrator.provider.cloudonix.CloudonixClient;
import io.agentstream.orchestrator.secret.CredentialsCipher;
import io.agentstream.orchestrator.secret.CredentialsCipher.Opened;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.Providers;
import io.agentstream.orchestrator.store.TelephonyConfigurations;
import io.agentstream.orchestrator.store.TelephonyConfigurations.Account;
import io.agentstream.orchestrator.store.TelephonyConfigurations.TelephonyConfiguration;
import io.agentstream.runtime.Config;
import io.agentstream.runtime.CredentialsKeys;
import io.agentstream.runtime.Keys;
import io.agentstream.runtime.Secret;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// The stored credentials of one organisation: whether they open, and whether the provider takes them. It is asked for a session that
/// there is not: who may ask is told that, and who may not is told so.
record TokensCheck(Config config, long organizationId) implements Check {

    private static final int MOST = 50;
    private static final Duration PATIENCE = Duration.ofSeconds(8);

    @Override
    public String about() {
        return "tokens";
    }

    @Override
    public List<Finding> look() throws Exception {
        Optional<CredentialsKeys> keys = config.find(Keys.CREDENTIALS_KEY);
        if (config.find(Keys.DATABASE_URL).isEmpty() || keys.isEmpty()) {
            return List.of(Finding.wrong(
                    about(), "the stored credentials cannot be read",
                    "set " + Keys.DATABASE_URL.variable() + " and " + Keys.CREDENTIALS_KEY.variable() + " as the orchestrators have them"));
        }
        CredentialsCipher cipher = CredentialsCipher.of(
                        new SecureRandom(), keys.get().newest(), keys.get().older().toArray(Secret[]::new))
                .orElseThrow();
        List<TelephonyConfiguration> stored = new ArrayList<>();
        List<Account> accounts = new ArrayList<>();
        try (Database database = new Database(new Database.Settings(
                config.get(Keys.DATABASE_URL).toString(), config.get(Keys.DATABASE_USER), config.get(Keys.DATABASE_PASSWORD), "doctor",
                1, PATIENCE, PATIENCE))) {
            database.inTransaction(connection -> {
                TelephonyConfigurations.list(connection, organizationId, Long.MAX_VALUE, MOST, stored::add);
                return true;
            });
            for (TelephonyConfiguration each : stored) {
                database.withConnection(connection -> TelephonyConfigurations.findAccount(connection, each.id())).ifPresent(accounts::add);
            }
        }
        if (accounts.isEmpty()) {
            return List.of(Finding.wrong(
                    about(), "organisation " + organizationId + " has no telephony configuration, or there is no such organisation",
                    "make one: POST /api/v1/telephony-configurations; ./agent-stream tenant list shows the organisations"));
        }
        try (CloudonixClient provider = new CloudonixClient(CloudonixClient.Settings.of(
                config.get(Keys.CLOUDONIX_API_URL), config.get(Keys.CLOUDONIX_RATE_LIMIT)))) {
            return accounts.stream()
                    .filter(account -> account.provider().equals(Providers.CLOUDONIX))
                    .map(account -> look(account, cipher, provider))
                    .toList();
        }
    }

    private Finding look(Account account, CredentialsCipher cipher, CloudonixClient provider) {
        String anew = "PATCH /api/v1/telephony-configurations/" + account.id() + " with a token of this domain";
        if (account.bearerToken() == null) {
            return Finding.wrong(about(), account.domain() + " has no bearer token", anew);
        }
        return switch (cipher.open(account.bearerToken(), account.place())) {
            case Opened.UnknownKey _ -> Finding.wrong(
                    about(), "the token of " + account.domain() + " was sealed with a key that is not in " + Keys.CREDENTIALS_KEY.variable(),
                    "add that key behind the present one, or give the token anew: " + anew);
            case Opened.Corrupt _ -> Finding.wrong(about(), "the stored token of " + account.domain() + " is damaged", anew);
            case Opened.Plain(Secret token) -> {
                long deadline = System.nanoTime() + PATIENCE.toNanos();
                CloudonixClient.Asked asked = provider.ask(account.domain(), account.domain(), "doctor-" + UUID.randomUUID(), token, deadline);
                yield isRefused(asked.check()) && provider.opensDomain(account.domain(), token, deadline)
                        ? Finding.wrong(
                                about(),
                                "the provider knows the token of " + account.domain() + " and does not let it see the domain's sessions ("
                                        + asked.status() + "): calls end with 4400 Cloudonix session validation failed, and none is hung up",
                                "give that API key the right to read and end sessions in Cloudonix's console, or " + anew)
                        : judged(account, asked.check(), anew);
            }
        };
    }

    private static boolean isRefused(SessionCheck check) {
        return check instanceof SessionCheck.NotLive(SessionCheck.Reason reason) && reason == SessionCheck.Reason.UNAUTHORIZED;
    }

    private Finding judged(Account account, SessionCheck check, String anew) {
        return switch (check) {
            case SessionCheck.NotLive(SessionCheck.Reason reason)
            when reason == SessionCheck.Reason.UNAUTHORIZED || reason == SessionCheck.Reason.MALFORMED_TOKEN ->
                Finding.wrong(
                        about(), "the provider refuses the token of " + account.domain() + ": calls end with 4400 Cloudonix session validation failed",
                        "make an API key for this domain in Cloudonix's console; " + anew);
            case SessionCheck.NotLive(SessionCheck.Reason reason) when reason == SessionCheck.Reason.UNEXPECTED_STATUS ->
                Finding.wrong(about(), "the provider answers oddly for " + account.domain(), "see the line about the provider");
            case SessionCheck.Unavailable _ ->
                Finding.wrong(about(), "the provider could not be asked about " + account.domain(), "see the line about the provider");
            case SessionCheck.NotLive _, SessionCheck.Live _ -> Finding.ok(about(), "the provider takes that of " + account.domain());
        };
    }
}
