package io.agentstream.dev.local;

import io.agentstream.dev.simulator.sandbox.CloudonixSandbox;
import io.agentstream.orchestrator.secret.ApiKeys;
import io.agentstream.orchestrator.secret.CredentialsCipher;
import io.agentstream.runtime.Secret;
import io.agentstream.schemas.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import tools.jackson.core.JacksonException;

/// The secrets of a local system, made on its first start and kept with its data in `secrets.json` (mode 600).
record LocalSecrets(String credentialsKey, String apiKey, String bearerToken) {

    private static final String NAME = "secrets.json";

    static LocalSecrets readOrMake(Path directory) throws IOException {
        Path file = directory.resolve(NAME);
        if (Files.exists(file)) {
            try {
                return Json.MAPPER.readValue(Files.readAllBytes(file), LocalSecrets.class);
            } catch (JacksonException damaged) {
                throw new IOException(
                        file + " is damaged; without it the stored credentials cannot be read. Start over with --fresh",
                        damaged);
            }
        }
        SecureRandom random = new SecureRandom();
        LocalSecrets made = new LocalSecrets(
                CredentialsCipher.generateKey(random).reveal(),
                new ApiKeys(random).generate().reveal(),
                CloudonixSandbox.newToken(random));
        PrivateFile.write(file, Json.MAPPER.writeValueAsBytes(made));
        return made;
    }

    Secret apiKeySecret() {
        return new Secret(apiKey);
    }

    @Override
    public String toString() {
        return "LocalSecrets";
    }
}
