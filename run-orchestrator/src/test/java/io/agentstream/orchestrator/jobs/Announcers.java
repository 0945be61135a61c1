package io.agentstream.orchestrator.jobs;

import io.agentstream.orchestrator.decide.Unsaid;
import io.agentstream.orchestrator.provider.Sessions;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.runtime.Bell;
import io.agentstream.runtime.Metrics;
import java.time.Duration;
import java.time.InstantSource;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/// What a process says things with, for tests.
public final class Announcers {

    private Announcers() {}

    public static Announcer on(
            MockProducer<byte[], byte[]> producer, Database database, Said said, Metrics metrics, InstantSource clock) {
        return new Announcer(new Announcer.Hands(new Publisher(producer), new Bell(), new Unsaid(database), said), metrics, clock);
    }

    /// Hang-ups of a process, which are said where nobody listens; a second try comes at once.
    static HangUps hangUps(Database database, Sessions sessions, Said said, Metrics metrics) {
        MockProducer<byte[], byte[]> producer =
                new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
        return hangUps(database, sessions, producer, said, metrics);
    }

    static HangUps hangUps(Database database, Sessions sessions, MockProducer<byte[], byte[]> producer, Metrics metrics) {
        return hangUps(database, sessions, producer, new Said(), metrics);
    }

    private static HangUps hangUps(
            Database database, Sessions sessions, MockProducer<byte[], byte[]> producer, Said said, Metrics metrics) {
        Announcer announcer = on(producer, database, said, metrics, InstantSource.system());
        return new HangUps(new HangUps.Hands(database, sessions, new Bell(), announcer, metrics, InstantSource.system()), Duration.ofMillis(1), Duration.ofSeconds(1));
    }
}
