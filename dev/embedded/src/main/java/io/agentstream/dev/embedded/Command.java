package io.agentstream.dev.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Runs a program to its end, within a limit. Any thread may call it; the caller waits.
final class Command {

    private static final int MAX_OUTPUT_BYTES = 16_384;

    private Command() {}

    /// What a program said (both streams, at most 16 KiB) and its exit code.
    record Result(int exitCode, String output) {

        boolean succeeded() {
            return exitCode == 0;
        }
    }

    /// `prefix` and `command` together make the program and its arguments. A program that does not end in time is killed.
    static Result run(Duration limit, List<String> prefix, List<String> command) throws IOException {
        List<String> all = new ArrayList<>(prefix);
        all.addAll(command);
        Process process = new ProcessBuilder(all).redirectErrorStream(true).start();
        process.getOutputStream().close();
        // Its children may hold the pipe open long after it has ended: the end of the output is not waited for.
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                throw new IOException(command.getFirst() + " did not end within " + limit.toSeconds() + " s");
            }
            int ready = Math.min(process.getInputStream().available(), MAX_OUTPUT_BYTES);
            String output = new String(process.getInputStream().readNBytes(ready), StandardCharsets.UTF_8);
            return new Result(process.exitValue(), output.strip());
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + command.getFirst() + " was running", interrupted);
        } finally {
            process.getInputStream().close();
        }
    }
}
