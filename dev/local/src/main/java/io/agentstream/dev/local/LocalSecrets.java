package io.agentstream.dev.local;

import io.agentstream.dev.simulator.sandbox.CloudonixSandbox;
import io.agentstream.orchestrator.secret.ApiKeys;
import io.agentstream.orchestrator.secret.CredentialsCipher;
import io.agentstream.runtime.Keys;
import io.agentstream.schemas.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/// The secrets of a local system, made on its first start and kept with its data in `secrets.json` (mode 600).
///
/// @param operatorKey null only where an older version made them, until they are read
/// @param callKeysKey likewise
/// @param workerSecret likewise
record LocalSecrets(
        String credentialsKey, String apiKey, String bearerToken, @Nullable String operatorKey, @Nullable String callKeysKey,
        @Nullable String workerSecret) {

    private static final String NAME = "secrets.json";

    static LocalSecrets readOrMake(Path directory) throws IOException {
        Path file = directory.resolve(NAME);
        SecureRandom random = new SecureRandom();
        if (Files.exists(file)) {
            try {
                LocalSecrets read = Json.MAPPER.readValue(Files.readAllBytes(file), LocalSecrets.class);
                boolean complete = read.operatorKey() != null && read.callKeysKey() != null && read.workerSecret() != null;
                return complete ? read : kept(file, read.complete(random));
            } catch (JacksonException damaged) {
                throw new IOException(
                        file + " is damaged; without it the stored credentials cannot be read. Start over with --fresh",
                        damaged);
            }
        }
        LocalSecrets made = new LocalSecrets(
                CredentialsCipher.generateKey(random).reveal(),
                new ApiKeys(random).generate().reveal(),
                CloudonixSandbox.newToken(random),
                null,
                null,
                null);
        return kept(file, made.complete(random));
    }

    private static LocalSecrets kept(Path file, LocalSecrets secrets) throws IOException {
        PrivateFile.write(file, Json.MAPPER.writeValueAsBytes(secrets));
        return secrets;
    }

    private LocalSecrets complete(SecureRandom random) {
        return new LocalSecrets(
                credentialsKey,
                apiKey,
                bearerToken,
                operatorKey == null ? new ApiKeys(random).generateOperatorKey().reveal() : operatorKey,
                callKeysKey == null ? CredentialsCipher.generateKey(random).reveal() : callKeysKey,
                workerSecret == null ? CredentialsCipher.generateKey(random).reveal() : workerSecret);
    }

    /// The services' own, by the names of their variables.
    Map<String, String> defaults() {
        return Map.of(
                Keys.CREDENTIALS_KEY.variable(), credentialsKey,
                Keys.CALL_KEYS_KEY.variable(), Objects.requireNonNull(callKeysKey),
                Keys.WORKER_SECRET.variable(), Objects.requireNonNull(workerSecret),
                Keys.OPERATOR_KEY.variable(), Objects.requireNonNull(operatorKey));
    }

    @Override
    public String toString() {
        return "LocalSecrets";
    }
}
