package io.agentstream.dev.local;

import io.agentstream.schemas.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/// What somebody needs to use a running local system; `demo.json` in its data directory. It holds keys, so only its owner
/// may read it. The field names are part of the contract.
///
/// @param assistantAgentUuid null where the system was given no key of a service
public record DemoFile(
        String operatorKey,
        String gatewayUrl,
        String gatewayAdminUrl,
        String apiUrl,
        String apiAdminUrl,
        String workerUrl,
        String cloudonixUrl,
        String kafkaBootstrapServers,
        String jdbcUrl,
        String databaseUser,
        String databasePassword,
        String apiKey,
        long organizationId,
        String agentUuid,
        String echoAgentUuid,
        String domain,
        String streamUrl,
        String echoStreamUrl,
        @Nullable String assistantAgentUuid) {

    private static final String NAME = "demo.json";

    /// The file of the system whose data is in `directory`, or nothing where there never was one.
    ///
    /// @throws IOException where it cannot be read or is damaged
    public static Optional<DemoFile> read(Path directory) throws IOException {
        Path file = directory.resolve(NAME);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Json.MAPPER.readValue(Files.readAllBytes(file), DemoFile.class));
        } catch (JacksonException damaged) {
            throw new IOException(file + " is damaged; start the system again, it is written anew", damaged);
        }
    }

    void write(Path directory) throws IOException {
        PrivateFile.write(
                directory.resolve(NAME),
                Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(this));
    }

    /// Without the keys and the agents, which are secrets.
    @Override
    public String toString() {
        return "DemoFile[organization " + organizationId + "]";
    }
}
