package io.agentstream.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;

/// The configuration of a process: every value is checked when it is loaded, and none changes afterwards. Safe for any thread.
public final class Config {

    private static final String KAFKA_PREFIX = Key.PREFIX + "KAFKA_";

    private final Map<Key<?>, Object> values;
    private final Map<String, String> kafka;

    private Config(Map<Key<?>, Object> values, Map<String, String> kafka) {
        this.values = values;
        this.kafka = kafka;
    }

    /// Reads the variables of `environment`, of which all that begin with our prefix count.
    ///
    /// @param defaults values for keys whose variable is not set, by variable name; they go before the keys' own
    /// @param required keys that must have a value
    /// @throws ConfigException naming every problem there is
    public static Config load(
            Map<String, String> environment, Map<String, String> defaults, List<Key<?>> required) throws ConfigException {
        Map<Key<?>, Object> values = new HashMap<>();
        List<String> problems = new ArrayList<>();
        for (Key<?> key : Keys.ALL) {
            String text = environment.get(key.variable());
            if (text == null || text.isBlank()) {
                text = defaults.getOrDefault(key.variable(), key.fallback());
            }
            if (text == null) {
                if (required.contains(key)) {
                    problems.add(key.variable() + " is not set: " + key.says());
                }
                continue;
            }
            try {
                values.put(key, key.parse().apply(text.strip()));
            } catch (IllegalArgumentException bad) {
                problems.add(key.variable() + (key.shown() == Key.Shown.ALWAYS ? "=" + text : "") + " " + bad.getMessage());
            }
        }
        if (values.containsKey(Keys.TLS_CERTIFICATE) != values.containsKey(Keys.TLS_KEY)) {
            problems.add(Keys.TLS_CERTIFICATE.variable() + " and " + Keys.TLS_KEY.variable() + " go together: set both or neither");
        }
        if (values.get(Keys.CALL_LOST_AFTER) instanceof Duration lostAfter
                && values.get(Keys.CALL_ALIVE_INTERVAL) instanceof Duration alive
                && lostAfter.compareTo(alive.multipliedBy(3)) < 0) {
            problems.add(Keys.CALL_LOST_AFTER.variable() + " is less than three times " + Keys.CALL_ALIVE_INTERVAL.variable()
                    + ": calls that are alive would be taken for lost");
        }
        if (values.get(Keys.CONVERSATION_TIMEOUT) instanceof Duration conversation
                && values.get(Keys.WORKER_SESSION_TIMEOUT) instanceof Duration wanted) {
            // which is not what workers have where the brokers do not take it
            Duration session = wanted.compareTo(KafkaClients.SESSION_TIMEOUT) > 0 ? wanted : KafkaClients.SESSION_TIMEOUT;
            if (conversation.compareTo(session) <= 0) {
                problems.add(Keys.CONVERSATION_TIMEOUT.variable() + " is not longer than the workers' session timeout of up to "
                        + session.toSeconds() + " s: calls that another worker is about to take would be ended");
            }
        }
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return new Config(Map.copyOf(values), kafkaProperties(environment));
    }

    /// The value of a key that has a default or was required.
    ///
    /// @throws IllegalStateException where it has no value; that is a mistake in the caller
    public <T> T get(Key<T> key) {
        return find(key).orElseThrow(() -> new IllegalStateException(key.variable() + " has no value"));
    }

    @SuppressWarnings("unchecked") // each value was made by its own key
    public <T> Optional<T> find(Key<T> key) {
        return Optional.ofNullable((T) values.get(key));
    }

    /// Properties for all Kafka clients, by Kafka's own names: security settings above all.
    public Map<String, String> kafkaProperties() {
        return kafka;
    }

    private static Map<String, String> kafkaProperties(Map<String, String> environment) {
        Map<String, String> properties = new TreeMap<>();
        ours(environment, (variable, text) -> {
            if (variable.startsWith(KAFKA_PREFIX) && Keys.ALL.stream().noneMatch(k -> k.variable().equals(variable))) {
                properties.put(property(variable), text);
            }
        });
        return Map.copyOf(properties);
    }

    private static String property(String variable) {
        return variable.substring(KAFKA_PREFIX.length()).toLowerCase(Locale.ROOT).replace('_', '.');
    }

    /// The variables with our prefix that are no key's, nor a property of Kafka's clients: most likely somebody's slip of the pen.
    public static List<String> unknownVariables(Map<String, String> environment) {
        List<String> unknown = new ArrayList<>();
        ours(environment, (variable, text) -> {
            boolean known = (variable.startsWith(KAFKA_PREFIX) && Kafkas.PROPERTIES.contains(property(variable)))
                    || variable.equals(Key.PREFIX + "JAVA_OPTS") // the launcher's own
                    || Keys.ALL.stream().anyMatch(key -> key.variable().equals(variable));
            if (!known) {
                unknown.add(variable);
            }
        });
        return unknown;
    }

    private static void ours(Map<String, String> environment, BiConsumer<String, String> each) {
        new TreeMap<>(environment).forEach((variable, text) -> {
            if (variable.startsWith(Key.PREFIX)) {
                each.accept(variable, text);
            }
        });
    }

    /// Looked at only where there is such a variable: making them takes longer than all of a command's configuration.
    private static final class Kafkas {
        /// The properties that Kafka's clients know.
        private static final Set<String> PROPERTIES = Stream.of(
                        AdminClientConfig.configNames(), ConsumerConfig.configNames(), ProducerConfig.configNames())
                .flatMap(Set::stream)
                .collect(Collectors.toUnmodifiableSet());

        private Kafkas() {}
    }
}
