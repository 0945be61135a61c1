package io.agentstream.gateway.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.gateway.kafka.SlotClaims.Claim;
import io.agentstream.runtime.Metrics;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class SlotKeeperTest {

    /// What Kafka keeps of the claims, without Kafka.
    private static final class Board implements SlotClaims {
        final Map<Integer, Claim> claims = new HashMap<>();
        @Nullable RuntimeException refusal;

        @Override
        public int slots() {
            return 3;
        }

        @Override
        public Map<Integer, Claim> read() {
            if (refusal != null) {
                throw refusal;
            }
            return Map.copyOf(claims);
        }

        @Override
        public void write(int slot, Claim claim) {
            claims.put(slot, claim);
        }
    }

    private final Board board = new Board();
    private final AtomicLong nowMs = new AtomicLong(1_000_000);
    private final Metrics metrics = new Metrics("gateway");

    @AfterEach
    void close() {
        metrics.close();
    }

    private SlotKeeper keeper(String instance, OptionalInt configured) {
        return new SlotKeeper(
                board, configured, instance, metrics, () -> Instant.ofEpochMilli(nowMs.get()), new Random(instance.hashCode()));
    }

    private double clashes() {
        return metrics.counter("agent_stream_gateway_slot_clashes").count();
    }

    /// One pass that does not wait.
    private static void work(SlotKeeper keeper) throws InterruptedException {
        keeper.wakeUp();
        keeper.work();
    }

    @Test
    void choosesASlotThatNobodyUses() throws Exception {
        // given two slots that are used, one of a gateway that has been gone for long
        board.claims.put(0, new Claim("a", nowMs.get() - 5_000));
        board.claims.put(1, new Claim("b", nowMs.get() - 44_000));
        board.claims.put(2, new Claim("c", nowMs.get() - 46_000));
        SlotKeeper keeper = keeper("me", OptionalInt.empty());
        assertEquals("no slot is chosen yet", keeper.reason().orElseThrow());

        // when it chooses, and looks whether that holds
        work(keeper);
        assertTrue(keeper.slot().isEmpty());
        work(keeper);

        // then it has the free one
        assertEquals(OptionalInt.of(2), keeper.slot());
        assertEquals("me", board.claims.get(2).instance());
        assertTrue(keeper.reason().isEmpty());
    }

    @Test
    void choosesAgainWhereAnotherChoseTheSameAtTheSameTime() throws Exception {
        // given a choice
        SlotKeeper keeper = keeper("me", OptionalInt.empty());
        work(keeper);
        int first = board.claims.keySet().iterator().next();

        // when another gateway claims the same slot before the choice is settled
        board.claims.put(first, new Claim("other", nowMs.get()));
        work(keeper);
        work(keeper);

        // then it takes another one
        assertNotEquals(first, keeper.slot().orElseThrow());
        assertEquals("other", board.claims.get(first).instance());
    }

    @Test
    void moreGatewaysThanSlotsShareThem() throws Exception {
        for (int i = 0; i < 3; i++) {
            board.claims.put(i, new Claim("other" + i, nowMs.get()));
        }
        SlotKeeper keeper = keeper("me", OptionalInt.empty());

        work(keeper);
        work(keeper);

        assertTrue(keeper.slot().isPresent());
    }

    @Test
    void aClashIsCountedAndChangesNothing() throws Exception {
        // given two gateways that are told to use the same slot
        SlotKeeper one = keeper("one", OptionalInt.of(1));
        SlotKeeper two = keeper("two", OptionalInt.of(1));
        work(one);
        work(two);
        assertEquals(0, clashes());

        // when they go on
        work(one);
        work(two);

        // then both have seen it and both keep the slot
        assertEquals(2, clashes());
        assertEquals(OptionalInt.of(1), one.slot());
        assertEquals(OptionalInt.of(1), two.slot());
    }

    @Test
    void aGatewayThatComesBackDoesNotClashWithItself() throws Exception {
        board.claims.put(1, new Claim("killed", nowMs.get() - 1_000));
        SlotKeeper keeper = keeper("me", OptionalInt.of(1));

        work(keeper);
        work(keeper);

        assertEquals(0, clashes());
    }

    @Test
    void aSlotIsGivenBackAtTheEnd() throws Exception {
        SlotKeeper keeper = keeper("me", OptionalInt.of(1));
        work(keeper);

        keeper.onClose();

        assertEquals(new Claim("me", 0), board.claims.get(1));
    }

    @Test
    void waitsForKafkaAndSaysSo() throws Exception {
        board.refusal = new TimeoutException("away");
        SlotKeeper keeper = keeper("me", OptionalInt.empty());
        work(keeper);
        assertEquals("no slot is chosen yet: TimeoutException", keeper.reason().orElseThrow());

        board.refusal = null;
        work(keeper);
        work(keeper);

        assertTrue(keeper.slot().isPresent());
    }

    @Test
    void takesAnySlotWhereItMayNotSeeTheOthers() throws Exception {
        board.refusal = new GroupAuthorizationException("no");
        SlotKeeper keeper = keeper("me", OptionalInt.empty());

        work(keeper);

        assertTrue(keeper.slot().isPresent());
    }
}
