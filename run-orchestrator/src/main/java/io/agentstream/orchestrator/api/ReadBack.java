package io.agentstream.orchestrator.api;

import io.agentstream.orchestrator.replay.LogReaders;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.DatabaseException;
import io.agentstream.orchestrator.store.RunPlaces;
import io.agentstream.orchestrator.store.RunPlaces.Located;
import io.agentstream.runtime.Causes;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
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
    private final Database database;

    ReadBack(LogReaders readers, Database database) {
        this.readers = readers;
        this.database = database;
    }

    /// A file of a run's log, piece by piece, for as long as the organisation keeps of the run what it keeps now.
    ///
    /// @param owner whose run it is
    /// @param begins writes down who takes it, before the first of its bytes goes out
    Reply.Pieces pieces(long owner, Located run, Runnable begins, LogPieces.Opening opening) {
        return new FileUnderWay(new LogPieces(readers, owner, opening), () -> isKept(run), begins, System::nanoTime);
    }

    /// While the database is away nothing is taken out of it.
    private boolean isKept(Located run) {
        try {
            return database.withConnection(connection -> RunPlaces.kept(connection, run.id())).equals(run.kept());
        } catch (DatabaseException away) {
            return true;
        }
    }

    /// What is left of a run of which nothing is to be heard or read any more, as paths.
    static List<String> left(Located run) {
        String path = "/api/v1/runs/" + run.id();
        return List.of(path, path + "/events");
    }

    /// Something that is read in steps, each of which takes its turn: so a long call keeps nobody else from a short one. One thread at a time.
    ///
    /// @param <T> what comes of it
    interface Steps<T> extends Closeable {

        /// Whether there is another one.
        boolean step() throws IOException;

        /// Behind the last.
        T result();
    }

    /// @param owner whose run it is
    /// @param work on one of the few threads that read the log
    /// @param answer of what was read; on the thread that asks
    <T> Reply answer(long owner, Located run, Callable<T> work, Function<T, Reply> answer) {
        T read;
        try {
            read = readers.read(owner, work);
        } catch (LogReaders.BusyException busy) {
            return busy();
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
            return Reply.unavailable();
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof IOException trouble) {
                return unreadable(run, trouble);
            }
            throw new IllegalStateException("a run was not read back", failed.getCause());
        }
        return answer.apply(read);
    }

    /// As [#answer], of what takes long. Closes `steps`.
    <T> Reply answerInSteps(long owner, Located run, Steps<T> steps, Function<T, Reply> answer) {
        try (steps) {
            boolean[] more = new boolean[1];
            Reply refused = answer(owner, run, steps::step, isMore -> {
                more[0] = isMore;
                return Reply.noContent();
            });
            if (refused.isProblem()) {
                return refused;
            }
            while (more[0]) {
                more[0] = readers.inTurn(owner, steps::step);
            }
            return answer.apply(steps.result());
        } catch (IOException trouble) {
            return unreadable(run, trouble);
        }
    }

    private static Reply busy() {
        return Reply.unavailable("As many runs are being read back as may be at a time.", BUSY_SECONDS);
    }

    private static Reply unreadable(Located run, IOException trouble) {
        log.atWarn().addKeyValue("run", run.name()).addKeyValue("failure", Causes.of(trouble)).log("a call cannot be read back");
        return Reply.unavailable("The log cannot be read at the moment.", BUSY_SECONDS);
    }
}
