package io.agentstream.cli.api;

import io.agentstream.runtime.Keys;
import io.agentstream.runtime.Secret;
import io.agentstream.schemas.Json;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// Where the API is that a command asks, and the key that opens it: of the system that `up` runs in a directory, or at a URL, with the
/// key in the environment and never on the command line, which others can read. A mixin for commands.
public final class ApiAccess {
    private static final String WORD = "demo.json";

    /// Where `up` keeps a system whose directory nobody names.
    public static final Path USUAL = Path.of(".agent-stream");

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Asks the system that `up` runs in DIR (default: .agent-stream).")
    private @Nullable Path data;

    @Option(
            names = "--api",
            paramLabel = "URL",
            description = "Asks the API at URL (https://api.example.com), with the key in AGENT_STREAM_API_KEY.")
    private @Nullable URI api;

    public ApiAccess() {}

    /// @param data a directory
    /// @param api a URL; one of the two is null, or both
    ApiAccess(@Nullable Path data, @Nullable URI api) {
        this.data = data;
        this.api = api;
    }

    /// @throws ApiException where it cannot be said where the API is or what opens it
    public ApiClient client(Map<String, String> environment) throws IOException {
        if (data != null && api != null) {
            throw new ApiException(0, "--data and --api name two systems; give one of them.");
        }
        if (api != null) {
            String key = environment.getOrDefault(Keys.API_KEY.variable(), "").strip();
            if (key.isEmpty()) {
                throw new ApiException(0, Keys.API_KEY.variable() + " is not set: it takes an API key of your organisation to ask " + root(api)
                        + ".");
            }
            return new ApiClient(root(api), new Secret(key), "Is the URL right?");
        }
        Path directory = data == null ? USUAL : data;
        JsonNode word = read(directory);
        String url = word.path("api_url").asString("");
        String key = word.path("api_key").asString("");
        if (url.isEmpty() || key.isEmpty()) {
            throw damaged(directory);
        }
        return new ApiClient(
                root(URI.create(url)), new Secret(key), "Does the system still run? Start it with " + up(directory) + ".");
    }

    /// Scheme, host and port; the rest of what people paste is not the API's.
    private static URI root(URI url) throws ApiException {
        String scheme = url.getScheme();
        boolean isHttp = "http".equalsIgnoreCase(scheme) || "https".equalsIgnoreCase(scheme);
        String path = url.getPath();
        if (!isHttp || url.getHost() == null || url.getUserInfo() != null || url.getQuery() != null
                || !(path == null || path.isEmpty() || path.equals("/"))) {
            throw new ApiException(0, "The URL of an API has a scheme and a host, and no path: https://api.example.com.");
        }
        return URI.create(scheme + "://" + url.getRawAuthority());
    }

    private static JsonNode read(Path directory) throws IOException {
        Path file = directory.resolve(WORD);
        if (!Files.exists(file)) {
            throw new ApiException(0, "No system has run in " + directory.toAbsolutePath().normalize() + ". Start one with " + up(directory)
                    + ", or name an API with --api.");
        }
        try {
            return Json.MAPPER.readTree(Files.readAllBytes(file));
        } catch (JacksonException broken) {
            throw damaged(directory);
        }
    }

    private static ApiException damaged(Path directory) {
        return new ApiException(0, directory.resolve(WORD) + " is damaged. Start the system again with " + up(directory)
                + ": it is written anew.");
    }

    private static String up(Path directory) {
        return "./agent-stream up" + (directory.equals(USUAL) ? "" : " --data " + directory);
    }
}
