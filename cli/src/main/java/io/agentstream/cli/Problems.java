package io.agentstream.cli;

import io.agentstream.cli.text.Paint;
import io.agentstream.runtime.ConfigException;
import io.agentstream.runtime.Sentences;
import io.agentstream.runtime.ServiceMain;
import java.io.PrintWriter;
import java.nio.file.FileSystemException;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.slf4j.LoggerFactory;

/// Says what went wrong to the person at the terminal; the whole story goes to the log.
final class Problems {

    private Problems() {}

    /// Returns the exit code.
    static int say(Exception e, PrintWriter err) {
        if (e instanceof ConfigException config) {
            err.println("The configuration cannot be used:");
            config.problems().forEach(problem -> err.println("  " + problem));
            err.println("Every key is described in docs/configuration.md.");
            err.flush();
            return ServiceMain.EXIT_CONFIG;
        }
        ConfigException wrong = ServiceMain.refusedByKafka(e);
        if (wrong != null) {
            return say(wrong, err);
        }
        // Some quote what another machine said, or what stands in a file.
        err.println("agent-stream: " + sentence(e).lines().map(Paint::clean).collect(Collectors.joining("\n")));
        err.flush();
        LoggerFactory.getLogger(Problems.class).debug("command failed", e);
        return ServiceMain.EXIT_FAULT;
    }

    /// Its own message where that is meant for a person, else what is at the bottom of it.
    private static String sentence(Exception e) {
        Throwable cause = e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e;
        String message = cause.getMessage();
        // A failure of the file system says only which file; one that wraps another says only that one's class and message.
        if (message == null
                || cause instanceof FileSystemException
                || (cause.getCause() != null && message.equals(cause.getCause().toString()))) {
            return Sentences.of(cause);
        }
        return message;
    }
}
