package io.agentstream.cli;

import io.agentstream.orchestrator.secret.CredentialsCipher;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.Reencryption;
import io.agentstream.orchestrator.store.Reencryption.Counts;
import io.agentstream.runtime.Config;
import io.agentstream.runtime.CredentialsKeys;
import io.agentstream.runtime.Keys;
import io.agentstream.runtime.Secret;
import io.agentstream.runtime.ServiceMain;
import io.agentstream.schemas.CallSecrets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// The last step but one of changing an installation's key.
@Command(
        name = "re-encrypt",
        description = {
            "Writes anew, with the first of several keys, what the others have encrypted: the tokens of provider accounts, the secrets of"
                    + " webhooks and the keys of services (AGENT_STREAM_CREDENTIALS_KEY), the keys of runs (AGENT_STREAM_CALL_KEYS_KEY). Then the others can be taken"
                    + " away.",
            "Calls go on meanwhile. Broken off, it is begun again. Exit code 1 where there is something that none of the keys opens."
        },
        mixinStandardHelpOptions = true)
final class ReencryptCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Option(names = "--check", description = "Only count; change nothing.")
    private boolean check;

    @Option(names = "--data", paramLabel = "DIR", description = "Data directory of a system of one machine.")
    private @Nullable Path data;

    ReencryptCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws Exception {
        Config config =
                Installation.config(terminal.environment(), data, List.of(Keys.DATABASE_URL, Keys.CREDENTIALS_KEY));
        CredentialsKeys keys = config.get(Keys.CREDENTIALS_KEY);
        CredentialsCipher cipher = CredentialsCipher.of(
                        new SecureRandom(), keys.newest(), keys.older().toArray(Secret[]::new))
                .orElseThrow(() -> new IllegalStateException("the credentials key was checked to be one"));
        CallSecrets.Wrapping wrapping = config.find(Keys.CALL_KEYS_KEY).orElse(null);
        Map<String, Counts> counts = new LinkedHashMap<>();
        try (Database database = InstallationDatabase.open(config, "re-encrypt-command")) {
            Reencryption reencryption = new Reencryption(database, check);
            counts.put("tokens of accounts", reencryption.tokens(cipher));
            counts.put("secrets of webhooks", reencryption.webhookSecrets(cipher));
            counts.put("keys of services", reencryption.serviceKeys(cipher));
            if (wrapping != null) {
                counts.put("keys of runs", reencryption.runKeys(wrapping));
            }
        }
        terminal.out().printf(
                Locale.ROOT, "%-20s  %10s  %10s  %10s%n", "", "with first", check ? "with others" : "anew", "with none");
        counts.forEach((what, count) -> terminal.out().printf(
                Locale.ROOT, "%-20s  %10d  %10d  %10d%n", what, count.current(), count.anew(), count.foreign()));
        if (wrapping == null) {
            terminal.out().println("Keys of runs were not looked at: " + Keys.CALL_KEYS_KEY.variable() + " is not set.");
        }
        if (counts.values().stream().anyMatch(count -> count.foreign() > 0)) {
            terminal.err().println("Some of it opens with none of these keys. Find the key that it was encrypted with, and put it behind the first.");
            return ServiceMain.EXIT_FAULT;
        }
        return ServiceMain.EXIT_OK;
    }
}
