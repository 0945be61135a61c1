package io.agentstream.runtime;

import io.agentstream.schemas.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Asks Kafka every two seconds whether it is there, has the topics that a service needs, and can take records on them, for `/readyz`.
/// The loop is one thread's; [#reason()] is for any. Whoever closes it does not wait for an answer that is still out.
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
    private volatile Optional<String> reason = Optional.of("Kafka has not answered yet");

    /// @param admin stays its giver's to close
    public KafkaProbe(String role, Admin admin, List<Topic<?>> topics) {
        this.role = role;
        this.admin = admin;
        this.topics = topics.stream().<String>map(Topic::name).toList();
    }

    /// Why Kafka cannot be used, or nothing.
    public Optional<String> reason() {
        return reason;
    }

    @Override
    public String role() {
        return role;
    }

    @Override
    public void work() throws InterruptedException {
        Optional<String> now = probe();
        if (!now.equals(reason)) {
            now.ifPresentOrElse(
                    why -> log.atWarn().addKeyValue("reason", why).addKeyValue("cause", cause).log("Kafka cannot be used"),
                    () -> log.info("Kafka can be used"));
        }
        reason = now;
        wake.await(reason.isPresent() ? PERIOD_MS / 4 : PERIOD_MS);
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

    private Optional<String> probe() throws InterruptedException {
        cause = "";
        try {
            List<String> missing = new ArrayList<>();
            for (var topic : admin.describeTopics(topics).topicNameValues().entrySet()) {
                try {
                    var description = answer(topic.getValue());
                    if (description.partitions().stream().anyMatch(p -> p.leader() == null)) {
                        return Optional.of("Kafka has no leader for a partition of " + topic.getKey());
                    }
                    if (takesNoRecords(description)) {
                        return Optional.of("Kafka has too few replicas for a partition of " + topic.getKey());
                    }
                } catch (ExecutionException e) {
                    if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                        throw e;
                    }
                    missing.add(topic.getKey());
                }
            }
            return missing.isEmpty()
                    ? Optional.empty()
                    : Optional.of("Kafka lacks the topics " + String.join(", ", missing) + "; run ./agent-stream topics");
        } catch (CancellationException stopping) {
            return reason; // as it was
        } catch (ExecutionException | TimeoutException e) {
            cause = Causes.of(e);
            return Optional.of(switch (KafkaTrouble.of(e)) {
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
