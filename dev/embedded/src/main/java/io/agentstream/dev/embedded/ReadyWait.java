package io.agentstream.dev.embedded;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Waits until services say on `/readyz` that they can do their job. One thread.
public final class ReadyWait {

    private static final long POLL_MS = 50;

    private final List<String> services;

    /// @param services base URLs
    public ReadyWait(List<String> services) {
        this.services = services;
    }

    /// @throws IllegalStateException at the deadline, with what the first service that is not ready says
    public void await(Duration limit) throws InterruptedException {
        long deadlineNs = System.nanoTime() + limit.toNanos();
        CountDownLatch never = new CountDownLatch(1);
        try (HttpClient client =
                HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build()) {
            for (String service : services) {
                String answer = ask(client, service);
                while (!answer.isEmpty()) {
                    if (System.nanoTime() > deadlineNs) {
                        throw new IllegalStateException(service + " is not ready: " + answer);
                    }
                    if (never.await(POLL_MS, TimeUnit.MILLISECONDS)) {
                        throw new AssertionError();
                    }
                    answer = ask(client, service);
                }
            }
        }
    }

    /// Why the service is not ready, or nothing.
    private static String ask(HttpClient client, String service) throws InterruptedException {
        try {
            HttpResponse<String> response = client.send(
                    HttpRequest.newBuilder(URI.create(service + "/readyz"))
                            .timeout(Duration.ofSeconds(5))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            return response.statusCode() == 200 ? "" : response.body();
        } catch (IOException e) {
            return "it does not answer";
        }
    }
}
