package io.agentstream.dev.e2e;

import io.agentstream.runtime.Config;
import io.agentstream.runtime.StopBarrier;
import io.agentstream.worker.WorkerService;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/// A worker in a JVM of its own that waits to be killed; says where it is when it is ready.
final class KilledWorker {

    private KilledWorker() {}

    public static void main(String[] arguments) throws Exception {
        WorkerService worker = WorkerService.launch(Config.load(System.getenv(), Map.of(), List.of()), new StopBarrier());
        String url = "http://127.0.0.1:" + worker.port();
        Api.awaitReady(url);
        System.out.println("ready " + url);
        new CountDownLatch(1).await();
    }
}
