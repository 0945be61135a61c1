package io.agentstream.runtime;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.function.Supplier;

/// The meters of a process. Names start with `agent_stream_`; labels are few and never name a call, an agent or an address.
/// Any thread. Look a meter up once and keep it: looking up costs more than counting.
public final class Metrics implements AutoCloseable {

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics gc = new JvmGcMetrics();

    /// @param service label on every meter
    public Metrics(String service) {
        registry.config().commonTags("service", service);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        gc.bindTo(registry);
    }

    public Counter counter(String name, String... tags) {
        return Counter.builder(ours(name)).tags(tags).register(registry);
    }

    /// A histogram of durations with the usual buckets between 1 ms and 30 s.
    public Timer timer(String name, String... tags) {
        return Timer.builder(ours(name))
                .tags(tags)
                .publishPercentileHistogram()
                .minimumExpectedValue(Duration.ofMillis(1))
                .maximumExpectedValue(Duration.ofSeconds(30))
                .register(registry);
    }

    public void gauge(String name, Supplier<Number> value, String... tags) {
        Gauge.builder(ours(name), value).tags(tags).strongReference(true).register(registry);
    }

    private static String ours(String name) {
        if (!name.startsWith("agent_stream_")) {
            throw new IllegalArgumentException("meter " + name + " does not begin with agent_stream_");
        }
        return name;
    }

    /// All meters in the text format of Prometheus.
    public String scrape() {
        return registry.scrape();
    }

    @Override
    public void close() {
        gc.close();
        registry.close();
    }
}
