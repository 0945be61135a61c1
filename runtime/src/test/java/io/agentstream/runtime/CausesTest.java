package io.agentstream.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.ConnectException;
import java.net.URI;
import java.sql.SQLException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

final class CausesTest {

    @Test
    void aLineOfALogNamesEveryCauseInWords() {
        Throwable failure = new IllegalStateException(
                "not taken", new ExecutionException(new TimeoutException("Topic t not present\nin metadata after 5 ms.")));

        assertEquals(
                "IllegalStateException: not taken <- ExecutionException <- TimeoutException: Topic t not present in metadata after 5 ms.",
                Causes.of(failure));
    }

    @Test
    void aLineOfALogIsBounded() {
        assertTrue(Causes.of(new IllegalStateException("x".repeat(10_000))).length() <= 400);
        assertTrue(Causes.of(new IllegalStateException("😀".repeat(10_000))).length() <= 400);
        assertTrue(Causes.ofAny(new TimeoutException("😀".repeat(10_000))).length() <= 400);
    }

    @Test
    void ofStrangersItSaysWhatTheyAreAndWhereTheyWereMetAndNotWhatTheyQuote() {
        Throwable failure;
        try {
            failure = new AssertionError(URI.create("https://example.com/hush hush"));
        } catch (IllegalArgumentException quoting) {
            failure = new CompletionException(quoting);
        }

        String line = Causes.ofAny(failure);

        assertTrue(line.matches("CompletionException <- IllegalArgumentException at CausesTest\\.\\w+:\\d+ <- URISyntaxException.*"), line);
        assertTrue(!line.contains("hush"), line);
    }

    @Test
    void whatKafkaTheDatabaseTheNetworkAndWeSayStands() {
        Throwable failure = new IllegalStateException("hush", new TimeoutException("no leader", new SQLException(
                "too many clients", new ConnectException("Connection refused"))));

        String line = Causes.ofAny(failure);

        assertTrue(line.endsWith(" <- TimeoutException: no leader <- SQLException: too many clients <- ConnectException: Connection refused"), line);
        assertTrue(!line.contains("hush"), line);
        assertEquals("PortTakenException: port 1 is taken <- ConnectException", Causes.ofAny(new PortTakenException("port 1 is taken", 1, new ConnectException())));
    }
}
