package io.agentstream.cli.doctor;

import io.agentstream.runtime.Config;
import io.agentstream.runtime.Keys;
import java.io.IOException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.net.ssl.SSLException;

/// The provider's API: is it there, does its certificate hold, and does it say what it says to somebody without a token: that he has none.
record ProviderCheck(Config config) implements Check {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @Override
    public String about() {
        return "provider";
    }

    @Override
    public List<Finding> look() throws InterruptedException {
        URI base = config.get(Keys.CLOUDONIX_API_URL);
        String host = base.getScheme() + "://" + base.getRawAuthority();
        String remedy = "correct " + Keys.CLOUDONIX_API_URL.variable() + " (" + Keys.CLOUDONIX_API_URL.fallback()
                + "), and let this machine reach it";
        Instant before = Instant.now();
        try (HttpClient http = HttpClient.newBuilder()
                .connectTimeout(PATIENCE)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build()) {
            HttpResponse<Void> answer = http.send(
                    HttpRequest.newBuilder(URI.create(trimmed(base) + "/customers/self/domains/doctor.invalid/sessions/" + UUID.randomUUID()))
                            .timeout(PATIENCE)
                            .build(),
                    HttpResponse.BodyHandlers.discarding());
            List<Finding> findings = new ArrayList<>();
            findings.add(answered(host, answer.statusCode(), remedy));
            answer.headers().firstValue("Date")
                    .flatMap(date -> Clocks.compareDate("the provider's clock", date, before, Instant.now()))
                    .ifPresent(findings::add);
            return findings;
        } catch (IOException failure) {
            return List.of(unanswered(host, failure, remedy));
        }
    }

    private Finding answered(String host, int status, String remedy) {
        return switch (status) {
            case 401, 403, 404 -> Finding.ok(about(), host + " answers as it should");
            default -> Finding.wrong(
                    about(), host + " answers " + status + " where 401 was expected: it may be something else than the provider's API", remedy);
        };
    }

    private Finding unanswered(String host, IOException failure, String remedy) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SSLException) {
                return Finding.wrong(
                        about(), host + " has no certificate that this machine trusts (" + cause.getMessage() + ")",
                        "see whether something in between ends TLS; add its authority to the JVM's trust store, or " + remedy);
            }
            if (cause instanceof UnknownHostException || cause instanceof UnresolvedAddressException) {
                return Finding.wrong(about(), host + " has a name that is not known here", remedy);
            }
        }
        return Finding.wrong(about(), host + " does not answer (" + failure.getClass().getSimpleName() + ")", remedy);
    }

    static String trimmed(URI base) {
        String text = base.toString();
        return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    }
}
