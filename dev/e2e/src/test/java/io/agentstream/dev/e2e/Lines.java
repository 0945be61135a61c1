package io.agentstream.dev.e2e;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/// What this process writes into its log while somebody listens.
final class Lines extends AppenderBase<ILoggingEvent> implements AutoCloseable {

    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final List<String> all = new CopyOnWriteArrayList<>();

    static Lines listen() {
        Lines lines = new Lines();
        lines.start();
        lines.root.addAppender(lines);
        return lines;
    }

    @Override
    protected void append(ILoggingEvent event) {
        String trace = event.getThrowableProxy() == null ? "" : ThrowableProxyUtil.asString(event.getThrowableProxy());
        all.add(event.getFormattedMessage() + " " + event.getKeyValuePairs() + " " + trace);
    }

    List<String> all() {
        return List.copyOf(all);
    }

    @Override
    public void close() {
        root.detachAppender(this);
    }
}
