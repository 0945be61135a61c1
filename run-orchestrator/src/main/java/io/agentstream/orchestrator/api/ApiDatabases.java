package io.agentstream.orchestrator.api;

import io.agentstream.orchestrator.replay.LogReaders;
import io.agentstream.orchestrator.store.Database;

/// The connections of the API, in pools that take nothing from each other: however slow the database is and whatever is asked, a key is looked
/// up, and what takes long (a call that is read back, followers) leaves the short requests theirs. Any thread.
///
/// @param keys one, for the thread that looks up API keys
/// @param requests each works on a request
/// @param followers one, for what is asked for all who follow: what happened, and whether their keys are still in force
/// @param readers for what is read and noted beside the log, by the threads that read it back
public record ApiDatabases(Database keys, Database requests, Database followers, Database readers) implements AutoCloseable {

    private static final int KEYS = 1;
    private static final int FOLLOWERS = 1;

    /// One more than one organisation's readings can hold.
    private static final int READERS = LogReaders.OF_ONE + 1;

    /// How many connections there are beside those of which an operator says how many.
    public static final int BESIDE = FOLLOWERS + READERS;

    /// Does not wait for the database.
    ///
    /// @param settings of all of them; its `poolSize` is for keys and requests together, and at least 2
    public static ApiDatabases open(Database.Settings settings) {
        return new ApiDatabases(
                of(settings, "-keys", KEYS), of(settings, "", Math.max(1, settings.poolSize() - KEYS)), of(settings, "-follow", FOLLOWERS),
                of(settings, "-readers", READERS));
    }

    private static Database of(Database.Settings settings, String name, int size) {
        return new Database(new Database.Settings(
                settings.jdbcUrl(), settings.user(), settings.password(), settings.poolName() + name, size, settings.connectionTimeout(),
                settings.statementTimeout()));
    }

    @Override
    public void close() {
        readers.close();
        followers.close();
        requests.close();
        keys.close();
    }
}
