package io.agentstream.runtime;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.FileAppender;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where log lines go, for the commands whose terminal belongs to a person.
public final class Logs {

    private Logs() {}

    /// From now on the process logs to `file` and no more to standard error.
    public static void toFile(Path file) {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            var root = context.getLogger(Logger.ROOT_LOGGER_NAME);
            if (root.getAppender("console") instanceof ConsoleAppender<ILoggingEvent> console
                    && console.getEncoder() instanceof PatternLayoutEncoder form) {
                PatternLayoutEncoder encoder = new PatternLayoutEncoder();
                encoder.setContext(context);
                encoder.setPattern(form.getPattern());
                encoder.start();
                FileAppender<ILoggingEvent> appender = new FileAppender<>();
                appender.setContext(context);
                appender.setName("file");
                appender.setFile(file.toString());
                appender.setEncoder(encoder);
                appender.start();
                root.addAppender(appender);
                root.detachAppender(console);
            }
        }
    }
}
