package io.agentstream.dev.embedded;

import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/// A database that holds one row and waits to be killed, or closes when it is asked to end.
final class KilledPostgres {

    private KilledPostgres() {}

    public static void main(String[] arguments) throws Exception {
        EmbeddedPostgres postgres = EmbeddedPostgres.start(Path.of(arguments[0]), 0);
        Runtime.getRuntime().addShutdownHook(new Thread(postgres::close));
        Table.create(postgres);
        Table.write(postgres, "before the kill");
        System.out.println("ready " + postgres.port());
        new CountDownLatch(1).await();
    }
}
