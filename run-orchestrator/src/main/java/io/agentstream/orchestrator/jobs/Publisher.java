package io.agentstream.orchestrator.jobs;

import io.agentstream.orchestrator.decide.Decision;
import io.agentstream.schemas.AgentDefinition;
import io.agentstream.schemas.Place;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.schemas.Topics;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Says what was decided: the events first, and once they are acknowledged, the commands. So nobody hears audio of a run that
/// the log does not know. Any thread; blocks until everything is acknowledged.
public final class Publisher {

    private static final Logger log = LoggerFactory.getLogger(Publisher.class);

    /// A little more than the producer itself takes to give up.
    private static final long ACKNOWLEDGED_S = 40;

    private final Producer<byte[], byte[]> producer;
    private final UnaryOperator<RunEvent> sealing;
    private final WrittenDefinitions written = new WrittenDefinitions();

    /// @param producer of the events profile; stays its giver's to close
    public Publisher(Producer<byte[], byte[]> producer) {
        this(producer, UnaryOperator.identity());
    }

    /// @param sealing seals what is personal in an event before it leaves
    public Publisher(Producer<byte[], byte[]> producer, UnaryOperator<RunEvent> sealing) {
        this.producer = producer;
        this.sealing = sealing;
    }

    /// @return where the events were written; nothing where there are none
    /// @throws io.agentstream.orchestrator.decide.NotNowException where Kafka is away; some of it may have been taken
    /// @throws UndeliverableException where Kafka will never take it
    /// @throws RefusedByKafkaException where Kafka takes nothing of this process
    Optional<Place> publish(Decision decision) throws InterruptedException {
        byte[] key = decision.callId().toKey();
        writeDefinitions(decision);
        List<Future<RecordMetadata>> events = new ArrayList<>();
        for (RunEvent event : decision.events()) {
            events.add(send(new ProducerRecord<>(
                    Topics.RUN_EVENTS.name(), key, Topics.RUN_EVENTS.codec().encode(sealing.apply(event)))));
        }
        Optional<Place> place = place(await(events));
        if (decision.commands().isEmpty() || !reaches(decision)) {
            return place;
        }
        List<Future<RecordMetadata>> commands = new ArrayList<>();
        for (SocketCommand command : decision.commands()) {
            commands.add(send(new ProducerRecord<>(
                    Topics.SOCKET_COMMANDS.name(), decision.slot(), key,
                    Topics.SOCKET_COMMANDS.codec().encode(command))));
        }
        await(commands);
        return place;
    }

    /// All have the call's key, and so the same partition.
    private static Optional<Place> place(List<RecordMetadata> written) {
        return written.isEmpty() || !written.getFirst().hasOffset()
                ? Optional.empty()
                : Optional.of(new Place(
                        Topics.RUN_EVENTS.name(), written.getFirst().partition(), written.getFirst().offset(),
                        written.getLast().offset()));
    }

    private Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record) {
        try {
            return producer.send(record);
        } catch (KafkaException | IllegalStateException notTaken) { // the latter of a producer that is closed
            throw SendFailures.meaning(notTaken);
        }
    }

    /// A definition is there before the run that refers to it.
    private void writeDefinitions(Decision decision) throws InterruptedException {
        for (RunEvent event : decision.events()) {
            if (event instanceof RunEvent.Running running
                    && running.definition() != null && running.definitionKey() != null && !written.contains(running.definitionKey())) {
                AgentDefinition definition =
                        new AgentDefinition(running.run().agentId(), running.run().agentVersion(), running.definition());
                await(List.of(send(new ProducerRecord<>(
                        Topics.AGENT_DEFINITIONS.name(), AgentDefinition.keyBytes(running.definitionKey()),
                        Topics.AGENT_DEFINITIONS.codec().encode(definition)))));
                written.add(running.definitionKey());
            }
        }
    }

    /// Whether a gateway can have that slot. Nobody reads one that does not exist, and to write there is to wait for ever.
    boolean isSlot(int slot) {
        try {
            int slots = producer.partitionsFor(Topics.SOCKET_COMMANDS.name()).size();
            return slots == 0 || (slot >= 0 && slot < slots);
        } catch (KafkaException | IllegalStateException away) {
            throw SendFailures.meaning(away);
        }
    }

    private boolean reaches(Decision decision) {
        boolean reaches = isSlot(decision.slot());
        if (!reaches) {
            log.atError()
                    .addKeyValue("call", decision.callId())
                    .addKeyValue("slot", decision.slot())
                    .log("there is no such slot, nobody can be told");
        }
        return reaches;
    }

    private static List<RecordMetadata> await(List<Future<RecordMetadata>> sent) throws InterruptedException {
        List<RecordMetadata> written = new ArrayList<>();
        for (Future<RecordMetadata> acknowledgement : sent) {
            try {
                written.add(acknowledgement.get(ACKNOWLEDGED_S, TimeUnit.SECONDS));
            } catch (ExecutionException | TimeoutException notTaken) {
                throw SendFailures.meaning(notTaken);
            }
        }
        return written;
    }
}
