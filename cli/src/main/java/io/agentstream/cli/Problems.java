package io.agentstream.cli;

import io.agentstream.runtime.ConfigException;
import io.agentstream.runtime.ServiceMain;
import java.io.PrintWriter;
import java.util.concurrent.ExecutionException;
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
        Throwable cause = e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e;
        err.println("agent-stream: " + (cause.getMessage() == null ? cause.toString() : cause.getMessage()));
        err.flush();
        LoggerFactory.getLogger(Problems.class).debug("command failed", e);
        return ServiceMain.EXIT_FAULT;
    }
}
