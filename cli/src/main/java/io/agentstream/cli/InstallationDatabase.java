package io.agentstream.cli;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.Database.Schema;
import io.agentstream.runtime.Config;
import io.agentstream.runtime.Keys;
import io.agentstream.runtime.Sentences;
import java.io.IOException;
import java.time.Duration;

/// The installation's database, for a command that works on it. Services may be at work on it, of another version than the command: the tables
/// that there are it never changes.
final class InstallationDatabase {
    private static final Duration WAIT = Duration.ofSeconds(10);
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Duration CHANGING = Duration.ofSeconds(5);
    private static final long LOOK_MS = 500;

    private InstallationDatabase() {}

    /// One whose tables are of this version.
    ///
    /// @param command what it calls itself to the database
    /// @throws IOException where the database cannot be used, or has other tables: in a sentence, with what to do
    static Database open(Config config, String command) throws IOException, InterruptedException {
        return open(config, command, false);
    }

    /// As [#open]; an empty one is given its tables.
    static Database openOrSetUp(Config config, String command) throws IOException, InterruptedException {
        return open(config, command, true);
    }

    private static Database open(Config config, String command, boolean setsUp) throws IOException, InterruptedException {
        Database database = new Database(new Database.Settings(
                config.get(Keys.DATABASE_URL).toString(),
                config.get(Keys.DATABASE_USER),
                config.get(Keys.DATABASE_PASSWORD),
                command,
                1,
                TIMEOUT,
                TIMEOUT));
        try {
            Schema schema = settled(database);
            if (schema == Schema.EMPTY && setsUp) {
                database.migrate(WAIT);
            } else if (schema != Schema.OURS) {
                throw new IOException("the database of " + Keys.DATABASE_URL.variable() + " " + trouble(schema));
            }
            return database;
        } catch (Database.UnavailableException away) {
            database.close();
            throw new IOException("the database of " + Keys.DATABASE_URL.variable() + " cannot be used: " + Sentences.of(away), away);
        } catch (RuntimeException | IOException | InterruptedException failure) {
            database.close();
            throw failure;
        }
    }

    /// An orchestrator may be making the tables at this moment.
    private static Schema settled(Database database) throws Database.UnavailableException, InterruptedException {
        long start = System.nanoTime();
        Schema schema = database.schema(WAIT);
        while (schema == Schema.OLDER && System.nanoTime() - start < CHANGING.toNanos()) {
            Thread.sleep(LOOK_MS);
            schema = database.schema(WAIT);
        }
        return schema;
    }

    private static String trouble(Schema schema) {
        return switch (schema) {
            case EMPTY -> "has no tables yet; ./agent-stream tenant create NAME --owner EMAIL makes them, with the first tenant";
            case OLDER -> "has the tables of an older version; run this command of the version that the orchestrators have, or upgrade these"
                    + " first: the first one of this version changes the tables";
            case FOREIGN -> "has the tables of a newer version, or they were changed by hand; run this command of the version that the"
                    + " orchestrators have";
            case OURS -> throw new IllegalArgumentException("no trouble");
        };
    }
}
