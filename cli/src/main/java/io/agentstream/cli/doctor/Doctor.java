package io.agentstream.cli.doctor;

import io.agentstream.runtime.Causes;
import io.agentstream.runtime.Config;
import io.agentstream.runtime.Keys;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/// Makes all checks at once, each for no longer than its limit, and tells what they found in their order. One that fails or takes too
/// long keeps no other from being made. One thread.
public final class Doctor {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    /// For each wait on the way to the gateway.
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /// Calls that talk are heard of every few seconds.
    private static final Duration LISTENS = Duration.ofSeconds(5);

    private final List<Check> checks;
    private final Duration limit;

    Doctor(List<Check> checks, Duration limit) {
        this.checks = checks;
        this.limit = limit;
    }

    /// A doctor for an installation.
    ///
    /// @param data where the system of one machine has its data; null: it is another one
    /// @param organization whose stored tokens are looked at too; null: nobody's
    public static Doctor of(Config config, @Nullable Path data, @Nullable Long organization) {
        List<Check> checks = new ArrayList<>(List.of(
                new KafkaCheck(config, data), new DatabaseCheck(config, data), new ProviderCheck(config), new WritersCheck(config, LISTENS)));
        if (organization != null) {
            checks.add(new TokensCheck(config, organization));
        }
        checks.add(new GatewayCheck(
                config.get(Keys.PUBLIC_GATEWAY_URL), data != null, (SSLSocketFactory) SSLSocketFactory.getDefault(), PATIENCE));
        checks.add(new DiskCheck(data == null ? Path.of(".") : data, DiskCheck.LEAST_BYTES));
        return new Doctor(checks, LIMIT);
    }

    /// @param found told each finding as soon as it is its turn
    /// @return all of them
    public List<Finding> look(Consumer<Finding> found) throws InterruptedException {
        LoggerFactory.getILoggerFactory(); // else the checks' threads are the first to ask for it, all at once, and it complains
        Map<Check, FutureTask<List<Finding>>> looking = new LinkedHashMap<>();
        for (Check check : checks) {
            FutureTask<List<Finding>> task = new FutureTask<>(check::look);
            looking.put(check, task);
            Thread.ofPlatform().daemon().name("doctor-" + check.about()).start(task);
        }
        long end = System.nanoTime() + limit.toNanos();
        List<Finding> all = new ArrayList<>();
        for (Map.Entry<Check, FutureTask<List<Finding>>> each : looking.entrySet()) {
            List<Finding> findings = findings(each.getKey().about(), each.getValue(), end - System.nanoTime());
            findings.forEach(found);
            all.addAll(findings);
        }
        return all;
    }

    private List<Finding> findings(String about, FutureTask<List<Finding>> task, long leftNanos) throws InterruptedException {
        try {
            return task.get(Math.max(0, leftNanos), TimeUnit.NANOSECONDS);
        } catch (TimeoutException late) {
            task.cancel(true);
            return List.of(Finding.wrong(
                    about, "took longer than " + limit.toSeconds() + " s", "see whether something on the way drops packets without a word"));
        } catch (ExecutionException failed) {
            return List.of(Finding.wrong(
                    about, "could not be looked at (" + Causes.of(failed) + ")", "mend what it says, and look again"));
        }
    }
}
