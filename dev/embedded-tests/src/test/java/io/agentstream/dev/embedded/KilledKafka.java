package io.agentstream.dev.embedded;

import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/// A broker that holds one record and waits to be killed.
final class KilledKafka {

    private KilledKafka() {}

    public static void main(String[] arguments) throws Exception {
        EmbeddedKafka kafka = EmbeddedKafka.start(Path.of(arguments[0]), 0);
        Log.create(kafka.bootstrapServers());
        Log.write(kafka.bootstrapServers(), "before the kill");
        System.out.println("ready " + kafka.clusterId());
        new CountDownLatch(1).await();
    }
}
