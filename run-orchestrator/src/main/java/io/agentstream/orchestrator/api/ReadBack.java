package io.agentstream.orchestrator.api;

import io.agentstream.orchestrator.replay.LogReaders;
import io.agentstream.orchestrator.store.RunPlaces.Located;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Answers that need something of a run's log, and what is answered where it cannot be read. Any thread; blocks.
final class ReadBack {

    private static final Logger log = LoggerFactory.getLogger(ReadBack.class);

    private static final int BUSY_SECONDS = 2;

    private final LogReaders readers;

    ReadBack(LogReaders readers) {
        this.readers = readers;
    }

    /// @param owner whose run it is
    /// @param work on one of the few threads that read the log
    /// @param answer of what was read; on the thread that asks
    <T> Reply answer(long owner, Located run, Callable<T> work, Function<T, Reply> answer) {
        T read;
        try {
            read = readers.read(owner, work);
        } catch (LogReaders.BusyException busy) {
            return Reply.unavailable("As many runs are being read back as may be at a time.", BUSY_SECONDS);
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
            return Reply.unavailable();
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof IOException trouble) {
                log.atWarn().addKeyValue("run", run.name()).addKeyValue("failure", trouble.getMessage()).log("a call cannot be read back");
                return Reply.unavailable("The log cannot be read at the moment.", BUSY_SECONDS);
            }
            throw new IllegalStateException("a run was not read back", failed.getCause());
        }
        return answer.apply(read);
    }
}
