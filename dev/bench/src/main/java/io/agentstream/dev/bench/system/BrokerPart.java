package io.agentstream.dev.bench.system;

import io.agentstream.dev.bench.process.Part;
import io.agentstream.dev.embedded.EmbeddedKafka;
import io.agentstream.runtime.KafkaClients;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import tools.jackson.databind.JsonNode;

/// The embedded broker in a process of its own.
public final class BrokerPart implements Part {

    private final EmbeddedKafka broker;

    /// @param settings `directory`
    public BrokerPart(JsonNode settings) {
        broker = EmbeddedKafka.start(Path.of(settings.path("directory").asString()), 0);
    }

    @Override
    public Object opened() {
        return Map.of("bootstrap_servers", broker.bootstrapServers());
    }

    /// `topics`: makes topics, given as an object of names and numbers of partitions, and answers when they can be used.
    @Override
    public Object answer(String question, JsonNode argument) throws ExecutionException, InterruptedException {
        if (!question.equals("topics")) {
            throw Part.unknown(question);
        }
        KafkaClients clients = new KafkaClients(broker.bootstrapServers(), Map.of(), Duration.ZERO);
        try (Admin admin = clients.admin("bench")) {
            List<NewTopic> topics = argument.properties().stream()
                    .map(topic -> new NewTopic(topic.getKey(), topic.getValue().asInt(), (short) 1))
                    .toList();
            admin.createTopics(topics).all().get();
        }
        return Map.of();
    }

    @Override
    public void close() {
        broker.close();
    }
}
