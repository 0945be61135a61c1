package io.agentstream.dev.bench.system;

import io.agentstream.dev.bench.process.Part;
import io.agentstream.dev.embedded.EmbeddedPostgres;
import java.nio.file.Path;
import tools.jackson.databind.JsonNode;

/// Owns the embedded PostgreSQL, which is a process of its own again.
public final class PostgresPart implements Part {

    private final EmbeddedPostgres postgres;

    /// @param settings `directory`
    public PostgresPart(JsonNode settings) {
        postgres = EmbeddedPostgres.start(Path.of(settings.path("directory").asString()), 0);
    }

    /// Where the database is.
    ///
    /// @param pid of the server, which is no descendant of this process
    public record Facts(String jdbcUrl, String user, String password, long pid) {
        @Override
        public String toString() {
            return "Facts[" + jdbcUrl + "]";
        }
    }

    @Override
    public Object opened() {
        return new Facts(postgres.jdbcUrl(), postgres.user(), postgres.password(), postgres.pid());
    }

    @Override
    public void close() {
        postgres.close();
    }
}
