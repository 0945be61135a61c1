package io.agentstream.gateway.kafka;

import io.agentstream.schemas.Topics;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/// Claims as Kafka keeps them: each gateway commits, for its partition of `socket.commands.v1` in one group that
/// has no members, an offset whose metadata are its name and the time. The offset itself says nothing. One thread at a time.
public final class CommittedClaims implements SlotClaims {

    /// Where the slots of all gateways can be seen, with the usual tools.
    static final String GROUP = "agent-stream-gateway";

    private static final long TIMEOUT_S = 10;

    private final Admin admin;

    /// @param admin stays its giver's to close
    public CommittedClaims(Admin admin) {
        this.admin = admin;
    }

    @Override
    public int slots() throws InterruptedException {
        String topic = Topics.SOCKET_COMMANDS.name();
        var topics = await(() -> admin.describeTopics(List.of(topic)).allTopicNames().get(TIMEOUT_S, TimeUnit.SECONDS));
        return Objects.requireNonNull(topics.get(topic)).partitions().size();
    }

    @Override
    public Map<Integer, Claim> read() throws InterruptedException {
        Map<TopicPartition, OffsetAndMetadata> offsets = await(() ->
                admin.listConsumerGroupOffsets(GROUP).partitionsToOffsetAndMetadata().get(TIMEOUT_S, TimeUnit.SECONDS));
        Map<Integer, Claim> claims = new HashMap<>();
        offsets.forEach((partition, offset) -> {
            Claim claim = offset == null ? null : parse(offset.metadata());
            if (claim != null && partition.topic().equals(Topics.SOCKET_COMMANDS.name())) {
                claims.put(partition.partition(), claim);
            }
        });
        return claims;
    }

    @Override
    public void write(int slot, Claim claim) throws InterruptedException {
        TopicPartition partition = new TopicPartition(Topics.SOCKET_COMMANDS.name(), slot);
        await(() -> admin.alterConsumerGroupOffsets(
                        GROUP, Map.of(partition, new OffsetAndMetadata(0, text(claim))))
                .all()
                .get(TIMEOUT_S, TimeUnit.SECONDS));
    }

    private static @Nullable Claim parse(@Nullable String text) {
        String[] parts = text == null ? new String[0] : text.split(" ", -1);
        try {
            return parts.length == 2 ? new Claim(parts[0], Long.parseLong(parts[1])) : null;
        } catch (NumberFormatException foreign) {
            return null;
        }
    }

    private static String text(Claim claim) {
        return claim.instance() + " " + claim.atMs();
    }

    private interface Answer<V> {
        V get() throws ExecutionException, InterruptedException, TimeoutException;
    }

    private static <V> V await(Answer<V> answer) throws InterruptedException {
        try {
            return answer.get();
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof KafkaException cause ? cause : new KafkaException(failed.getCause());
        } catch (TimeoutException slow) {
            throw new org.apache.kafka.common.errors.TimeoutException(slow);
        }
    }
}
