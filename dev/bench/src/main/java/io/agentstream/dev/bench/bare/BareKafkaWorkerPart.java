package io.agentstream.dev.bench.bare;

import io.agentstream.dev.bench.process.Part;
import io.agentstream.runtime.DutyCycle;
import io.agentstream.runtime.DutyCycleRunner;
import io.agentstream.runtime.KafkaClients;
import io.agentstream.schemas.Json;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import tools.jackson.databind.JsonNode;

/// The worker's side of the bare comparison: takes each record and sends one of a reply's size back, with the settings of the
/// worker's replies. Reads nothing of it.
public final class BareKafkaWorkerPart implements Part {

    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);

    private final Producer<byte[], byte[]> producer;
    private final Consumer<byte[], byte[]> consumer;
    private final DutyCycleRunner loop;

    public BareKafkaWorkerPart(JsonNode settings) {
        KafkaPlan plan = Json.MAPPER.treeToValue(settings, KafkaPlan.class);
        KafkaClients clients = plan.clients();
        producer = clients.replies("bare-kafka-worker");
        KafkaPlan.awaitMetadata(producer, plan.back());
        consumer = clients.member("bare-kafka-worker", "bare-kafka", "latest", KafkaPlan.MAX_POLL_RECORDS);
        consumer.subscribe(List.of(plan.there()));
        while (consumer.assignment().isEmpty()) {
            consumer.poll(KafkaPlan.POLL);
        }
        consumer.assignment().forEach(consumer::position);
        loop = new DutyCycleRunner(new Echo(plan), CLOSE_LIMIT, failure -> Runtime.getRuntime().halt(1)).start();
    }

    private final class Echo implements DutyCycle {

        private final KafkaPlan plan;

        Echo(KafkaPlan plan) {
            this.plan = plan;
        }

        @Override
        public String role() {
            return "bare-kafka-worker";
        }

        @Override
        public void work() {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(KafkaPlan.POLL)) {
                byte[] back = new byte[KafkaPlan.BACK_BYTES];
                System.arraycopy(record.value(), 0, back, 0, back.length);
                producer.send(new ProducerRecord<>(plan.back(), 0, record.key(), back));
            }
        }

        @Override
        public void wakeUp() {
            consumer.wakeup();
        }

        @Override
        public void onClose() {
            consumer.close();
            producer.close(CLOSE_LIMIT);
        }
    }

    @Override
    public Object opened() {
        return Map.of();
    }

    @Override
    public void close() throws InterruptedException {
        loop.close();
    }
}
