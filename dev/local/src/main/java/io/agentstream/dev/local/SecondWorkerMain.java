package io.agentstream.dev.local;

import io.agentstream.runtime.Config;
import io.agentstream.runtime.Logs;
import io.agentstream.runtime.StopBarrier;
import io.agentstream.worker.WorkerService;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The process of a [SecondWorker]. It ends with its standard input, so that it does not outlive the command that started it.
public final class SecondWorkerMain {

    private SecondWorkerMain() {}

    /// @param arguments the file that it logs to
    public static void main(String[] arguments) throws Exception {
        Locale.setDefault(Locale.ROOT); // what libraries write and read does not follow the user's language
        Logs.toFile(Path.of(arguments[0]));
        WorkerService worker = WorkerService.launch(Config.load(System.getenv(), Map.of(), List.of()), new StopBarrier());
        System.out.println(worker.port());
        while (System.in.read() >= 0) {
            // nobody writes
        }
        worker.close();
        System.exit(0);
    }
}
