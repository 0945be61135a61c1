package io.agentstream.cli;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.runtime.Config;
import io.agentstream.runtime.Keys;
import io.agentstream.runtime.Sentences;
import java.io.IOException;
import java.time.Duration;

/// The installation's database, for a command that works on it. An empty one is given its tables.
final class InstallationDatabase {
    private static final Duration WAIT = Duration.ofSeconds(10);
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private InstallationDatabase() {}

    /// @param command what it calls itself to the database
    /// @throws IOException where the database cannot be used, in a sentence
    static Database open(Config config, String command) throws IOException, InterruptedException {
        Database database = new Database(new Database.Settings(
                config.get(Keys.DATABASE_URL).toString(),
                config.get(Keys.DATABASE_USER),
                config.get(Keys.DATABASE_PASSWORD),
                command,
                1,
                TIMEOUT,
                TIMEOUT));
        try {
            database.migrate(WAIT);
            return database;
        } catch (Database.UnavailableException away) {
            database.close();
            throw new IOException("the database of " + Keys.DATABASE_URL.variable() + " cannot be used: " + Sentences.of(away), away);
        } catch (RuntimeException | InterruptedException failure) {
            database.close();
            throw failure;
        }
    }
}
