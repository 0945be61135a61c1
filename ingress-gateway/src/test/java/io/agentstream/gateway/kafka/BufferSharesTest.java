package io.agentstream.gateway.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.schemas.SocketCommand;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BufferSharesTest {

    private static final int FRAME = 1_000;
    private static final long EACH = FRAME + BufferShares.AROUND_BYTES;

    private final BufferShares shares = new BufferShares();

    /// Frames that it may have, all of which it takes.
    private long flood(BufferShares.Part part) {
        long frames = 0;
        while (shares.take(part, FRAME)) {
            frames++;
        }
        return frames;
    }

    @Test
    void whoIsAloneLeavesAQuarterForTheNext() {
        assertEquals(BufferShares.BYTES * 3 / 4 / EACH, flood(shares.come(1)));

        assertEquals(BufferShares.BYTES / 8 / EACH, flood(shares.come(2)), 1); // as much as it leaves
    }

    @Test
    void oneThatFloodsHasHalfWhereOthersAre() {
        shares.come(2);

        assertEquals(BufferShares.BYTES / 2 / EACH, flood(shares.come(1)));
    }

    @Test
    void howeverManyFloodTheNextFindsRoom() {
        List<BufferShares.Part> flooding = new ArrayList<>();
        for (int organization = 1; organization <= 50; organization++) {
            flooding.add(shares.come(organization));
        }
        boolean more = true;
        while (more) { // all at the same time
            more = false;
            for (BufferShares.Part part : flooding) {
                more |= shares.take(part, FRAME);
            }
        }

        assertTrue(flood(shares.come(99)) >= BufferShares.BYTES / 51 / 2 / EACH - 1);
    }

    @Test
    void strangersHaveAsMuchTogetherAsOneOrganisation() {
        shares.come(1);
        BufferShares.Part one = shares.come(SocketCommand.NO_ORGANIZATION);
        BufferShares.Part other = shares.come(SocketCommand.NO_ORGANIZATION);

        assertEquals(BufferShares.BYTES / 2 / EACH, flood(one));
        assertFalse(shares.take(other, FRAME));
    }

    @Test
    void whatIsGivenBackIsFreeAgain() {
        BufferShares.Part part = shares.come(1);
        long frames = flood(part);
        for (long i = 0; i < frames; i++) {
            shares.giveBack(part, FRAME);
        }

        assertEquals(frames, flood(part));
    }

    @Test
    void whatACallThatIsOverHasInTheBufferCountsForTheNextOfItsOrganisation() {
        shares.come(2);
        BufferShares.Part part = shares.come(1);
        flood(part);
        shares.leave(part);

        BufferShares.Part next = shares.come(1);

        assertSame(part, next);
        assertFalse(shares.take(next, FRAME));
    }

    @Test
    void organisationsThatHaveGoneAreForgotten() {
        BufferShares.Part there = shares.come(1);
        for (int organization = 2; organization < 100_000; organization++) {
            shares.leave(shares.come(organization));
        }

        assertTrue(shares.size() <= 2_000, shares.size() + " are remembered");
        assertSame(there, shares.come(1));
    }
}
