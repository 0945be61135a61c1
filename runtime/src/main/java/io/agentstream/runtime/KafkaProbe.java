package io.agentstream.runtime;

import io.agentstream.schemas.Topic;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Asks Kafka every two seconds whether it is there, has the topics that a service needs, and can take records on them: for `/readyz`, and
/// for each part of a service, which asks of what it needs only.
/// The loop is one thread's; what it found is for any. Whoever closes it does not wait for an answer that is still out.
public final class KafkaProbe implements DutyCycle {

    private static final long PERIOD_MS = 2_000;
    private static final long ANSWER_MS = 5_000;

    private static final Logger log = LoggerFactory.getLogger(KafkaProbe.class);

    private final String role;
    private final Admin admin;
    private final List<String> topics;
    private final Bell wake = new Bell();
    private String cause = "";
    private volatile boolean stopped;
    private volatile @Nullable KafkaFuture<?> asked;
    private volatile Found found = Found.away("Kafka has not answered yet");

    /// What came of asking.
    ///
    /// @param away why nothing of it can be used; null where it answers
    /// @param troubles of topics, by name, in their order
    /// @param missing topics that are not there
    private record Found(@Nullable String away, Map<String, String> troubles, List<String> missing) {

        static Found away(String why) {
            return new Found(why, Map.of(), List.of());
        }

        Optional<String> reason(Predicate<String> needed) {
            if (away != null) {
                return Optional.of(away);
            }
            Optional<String> trouble = troubles.keySet().stream().filter(needed).map(troubles::get).findFirst();
            List<String> lacks = missing.stream().filter(needed).toList();
            return trouble.isPresent() || lacks.isEmpty()
                    ? trouble
                    : Optional.of("Kafka lacks the topics " + String.join(", ", lacks) + "; run ./agent-stream topics");
        }
    }

    /// @param admin stays its giver's to close
    public KafkaProbe(String role, Admin admin, List<Topic<?>> topics) {
        this.role = role;
        this.admin = admin;
        this.topics = topics.stream().<String>map(Topic::name).toList();
    }

    /// Why something of Kafka cannot be used, or nothing.
    public Optional<String> reason() {
        return found.reason(_ -> true);
    }

    /// Whether Kafka answers and has these topics, each of their partitions ready to take records. Of none: whether it answers.
    ///
    /// @param needed among those that it asks for
    public boolean has(Topic<?>... needed) {
        Set<String> names = Arrays.stream(needed).map(Topic::name).collect(Collectors.toSet());
        return found.reason(names::contains).isEmpty();
    }

    @Override
    public String role() {
        return role;
    }

    @Override
    public void work() throws InterruptedException {
        Found before = found;
        found = probe(before);
        Optional<String> now = reason();
        if (!now.equals(before.reason(_ -> true))) {
            now.ifPresentOrElse(
                    why -> log.atWarn().addKeyValue("reason", why).addKeyValue("cause", cause).log("Kafka cannot be used"),
                    () -> log.info("Kafka can be used"));
        }
        wake.await(now.isPresent() ? PERIOD_MS / 4 : PERIOD_MS);
    }

    @Override
    public void wakeUp() {
        stopped = true;
        KafkaFuture<?> open = asked;
        if (open != null) {
            open.cancel(true); // nobody wants to know any more
        }
        wake.ring();
    }

    /// Whether it has asked something. Any thread.
    boolean isAsking() {
        return asked != null;
    }

    private <T> T answer(KafkaFuture<T> question) throws ExecutionException, InterruptedException, TimeoutException {
        asked = question;
        if (stopped) {
            throw new CancellationException();
        }
        return question.get(ANSWER_MS, TimeUnit.MILLISECONDS);
    }

    private Found probe(Found before) throws InterruptedException {
        cause = "";
        Map<String, String> troubles = new LinkedHashMap<>();
        List<String> missing = new ArrayList<>();
        try {
            for (var topic : admin.describeTopics(topics).topicNameValues().entrySet()) {
                String name = topic.getKey();
                try {
                    var description = answer(topic.getValue());
                    if (description.partitions().stream().anyMatch(p -> p.leader() == null)) {
                        troubles.put(name, "Kafka has no leader for a partition of " + name);
                    } else if (takesNoRecords(description)) {
                        troubles.put(name, "Kafka has too few replicas for a partition of " + name);
                    }
                } catch (ExecutionException e) {
                    switch (e.getCause()) {
                        case UnknownTopicOrPartitionException _ -> missing.add(name);
                        case TopicAuthorizationException _ -> troubles.put(name, "Kafka refuses us " + name);
                        case null, default -> throw e;
                    }
                }
            }
            return new Found(null, troubles, missing);
        } catch (CancellationException stopping) {
            return before;
        } catch (ExecutionException | TimeoutException e) {
            cause = Causes.of(e);
            return Found.away(switch (KafkaTrouble.of(e)) {
                case AWAY -> "Kafka does not answer";
                case REFUSED -> "Kafka refuses us";
                case TOO_LARGE, FATAL -> "Kafka cannot be asked";
            });
        }
    }

    /// Whether fewer replicas of a partition are there than must have a record: it can be read then, but nothing is written, and who
    /// is quiet may only not be heard. How many these are is asked for where any is missing.
    private boolean takesNoRecords(TopicDescription topic) throws ExecutionException, InterruptedException, TimeoutException {
        if (topic.partitions().stream().allMatch(partition -> partition.isr().size() == partition.replicas().size())) {
            return false;
        }
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic.name());
        try {
            var settings = answer(admin.describeConfigs(List.of(resource)).all()).get(resource);
            var setting = settings == null ? null : settings.get(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG);
            int fewest = setting == null ? 0 : Integer.parseInt(setting.value());
            return topic.partitions().stream().anyMatch(partition -> partition.isr().size() < fewest);
        } catch (ExecutionException e) {
            if (KafkaTrouble.of(e) == KafkaTrouble.REFUSED) {
                return false; // who may not look at settings finds out by writing
            }
            throw e;
        }
    }
}
