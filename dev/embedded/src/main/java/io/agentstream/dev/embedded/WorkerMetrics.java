package io.agentstream.dev.embedded;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/// What a worker says of itself.
public final class WorkerMetrics {

    private static final Duration LIMIT = Duration.ofSeconds(10);

    private WorkerMetrics() {}

    /// Conversations that it holds at present. Blocks.
    ///
    /// @param adminUrl of its administration port
    /// @throws IOException where it is not there any more
    public static int conversations(String adminUrl) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(adminUrl + "/metrics")).timeout(LIMIT).build();
            return client.send(request, HttpResponse.BodyHandlers.ofString()).body().lines()
                    .filter(line -> line.matches("agent_stream_worker_conversations(\\{.*})? .*"))
                    .mapToInt(line -> (int) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .sum();
        }
    }
}
