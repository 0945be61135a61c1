package io.agentstream.orchestrator.jobs;

import io.agentstream.orchestrator.decide.Decision;
import io.agentstream.orchestrator.decide.NotNowException;
import io.agentstream.runtime.KafkaTrouble;
import io.agentstream.schemas.AgentDefinition;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.schemas.Topics;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;

/// Says what was decided: the events first, and once they are acknowledged, the commands. So nobody hears audio of a run that
/// the log does not know. Any thread; blocks until everything is acknowledged.
public final class Publisher {

    /// A little more than the producer itself takes to give up.
    private static final long ACKNOWLEDGED_S = 40;

    private final Producer<byte[], byte[]> producer;
    private final WrittenDefinitions written = new WrittenDefinitions();

    /// @param producer of the events profile; stays its giver's to close
    public Publisher(Producer<byte[], byte[]> producer) {
        this.producer = producer;
    }

    /// @throws NotNowException where Kafka does not take it; some of it may have been taken
    void publish(Decision decision) throws InterruptedException {
        byte[] key = decision.callId().toKey();
        try {
            writeDefinitions(decision);
            List<Future<RecordMetadata>> events = new ArrayList<>();
            for (RunEvent event : decision.events()) {
                events.add(producer.send(new ProducerRecord<>(
                        Topics.RUN_EVENTS.name(), key, Topics.RUN_EVENTS.codec().encode(event))));
            }
            await(events);
            if (!decision.commands().isEmpty()) {
                checkSlot(decision.slot());
            }
            List<Future<RecordMetadata>> commands = new ArrayList<>();
            for (SocketCommand command : decision.commands()) {
                commands.add(producer.send(new ProducerRecord<>(
                        Topics.SOCKET_COMMANDS.name(), decision.slot(), key,
                        Topics.SOCKET_COMMANDS.codec().encode(command))));
            }
            await(commands);
        } catch (KafkaException notTaken) {
            throw notTaken(notTaken);
        }
    }

    /// A definition is there before the run that refers to it.
    private void writeDefinitions(Decision decision) throws InterruptedException {
        for (RunEvent event : decision.events()) {
            if (event instanceof RunEvent.Running running
                    && running.definition() != null && running.definitionKey() != null && !written.contains(running.definitionKey())) {
                AgentDefinition definition =
                        new AgentDefinition(running.run().agentId(), running.run().agentVersion(), running.definition());
                await(List.of(producer.send(new ProducerRecord<>(
                        Topics.AGENT_DEFINITIONS.name(), AgentDefinition.keyBytes(running.definitionKey()),
                        Topics.AGENT_DEFINITIONS.codec().encode(definition)))));
                written.add(running.definitionKey());
            }
        }
    }

    /// A slot that does not exist would be waited for again and again.
    private void checkSlot(int slot) {
        int slots = producer.partitionsFor(Topics.SOCKET_COMMANDS.name()).size();
        if (slots > 0 && slot >= slots) {
            throw new IllegalStateException("slot " + slot + " of " + slots);
        }
    }

    private static void await(List<Future<RecordMetadata>> sent) throws InterruptedException {
        for (Future<RecordMetadata> acknowledgement : sent) {
            try {
                acknowledgement.get(ACKNOWLEDGED_S, TimeUnit.SECONDS);
            } catch (ExecutionException | TimeoutException notTaken) {
                throw notTaken(notTaken);
            }
        }
    }

    /// Only what waiting mends is tried again: what Kafka will never take is a fault of ours or of the installation.
    private static RuntimeException notTaken(Exception failure) {
        return switch (KafkaTrouble.of(failure)) {
            case AWAY -> new NotNowException("Kafka does not take a decision", failure);
            case REFUSED, TOO_LARGE, FATAL -> new IllegalStateException("Kafka will never take a decision", failure);
        };
    }
}
