package io.agentstream.worker.service;

import static org.junit.jupiter.api.Assertions.fail;

import io.agentstream.runtime.Networks;
import io.agentstream.runtime.Secret;
import io.agentstream.schemas.Json;
import io.agentstream.worker.service.wire.Wire;
import java.net.URI;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// What tests of adapters begin with.
public final class Given {

    public static final String KEY = "sk-test-7";

    /// Short enough for a test, long enough for a busy machine.
    public static final Patience PATIENCE = new Patience(5_000, 5_000, 5_000, 20_000);

    public static final Patience IMPATIENCE = new Patience(5_000, 300, 300, 1_000);

    private Given() {}

    public static Wire wire() {
        return new Wire(Networks.parse("127.0.0.0/8"));
    }

    public static Connection to(URI url, Patience patience) {
        return new Connection(url, () -> new Secret(KEY), patience);
    }

    public static BrainSettings brain(Connection connection) {
        return new BrainSettings(connection, "m-1", 0.4, 300, Json.MAPPER.createObjectNode());
    }

    /// @param voice one that the service could have: played ones refuse others, as real ones do
    public static MouthSettings mouth(Connection connection, String voice) {
        return new MouthSettings(connection, "m-1", voice, "en", Json.MAPPER.createObjectNode());
    }

    /// Waits until it is so.
    public static void await(String what, BooleanSupplier so) {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!so.getAsBoolean()) {
            if (System.nanoTime() > deadlineNs) {
                fail("not in time: " + what);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
        }
    }

    /// Says a word, and waits until so many utterances are over.
    public static void spoken(Mouth mouth, Told<Spoken> told, int count) {
        Mouth.Utterance utterance = mouth.speak(told::on);
        utterance.say("Hi.");
        utterance.end();
        told.await(Spoken.Done.class, count);
    }
}
