package io.agentstream.schemas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.schemas.Topic.Partitions;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class TopicsTest {

    @Test
    void namesAreUniqueAndCarryAVersion() {
        Set<String> names = new HashSet<>();
        for (Topic<?> topic : Topics.ALL) {
            assertTrue(names.add(topic.name()), topic.name());
            assertTrue(topic.name().matches("[a-z.-]+\\.v[0-9]+"), topic.name());
        }
    }

    @Test
    void whatIsKeyedByCallIsPartitionedByCall() {
        for (Topic<?> topic : Topics.ALL) {
            boolean byCall = topic.key().equals("the CallId as text") && !topic.equals(Topics.SOCKET_COMMANDS);
            assertEquals(byCall, topic.partitions() == Partitions.CALLS, topic.name());
        }
    }
}
