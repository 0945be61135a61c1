package io.agentstream.orchestrator.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.UncheckedIOException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// When it is written down who takes a file, and when it breaks off.
final class FileUnderWayTest {

    private long nowNs = 17;
    private int asked;
    private int begun;
    private int empty;
    private boolean isKept = true;
    private boolean isClosed;

    private final FileUnderWay file = new FileUnderWay(
            new Reply.Pieces() {
                @Override
                public Optional<byte[]> next() {
                    return Optional.of(new byte[empty-- > 0 ? 0 : 3]);
                }

                @Override
                public void close() {
                    isClosed = true;
                }
            },
            () -> {
                asked++;
                return isKept;
            },
            () -> begun++,
            () -> nowNs);

    @Test
    void whoTakesItIsWrittenDownOnceWithTheFirstOfItsBytes() {
        // given pieces that bring nothing yet
        empty = 2;
        file.next();
        file.next();
        int before = begun;

        // when
        file.next();
        file.next();

        // then
        assertEquals(0, before);
        assertEquals(1, begun);
    }

    @Test
    void itIsAskedOnceASecondWhetherItMayGoOn() {
        // when
        for (int piece = 0; piece < 10; piece++) {
            file.next();
            nowNs += FileUnderWay.LOOK_NS / 4;
        }

        // then
        assertEquals(3, asked);
    }

    @Test
    void whereItMayNotItBreaksOffWithThePieceThatWasMade() {
        // given
        file.next();
        isKept = false;
        nowNs += FileUnderWay.LOOK_NS;

        // when, then
        assertThrows(UncheckedIOException.class, file::next);
        file.close();
        assertTrue(isClosed);
    }

    @Test
    void whatMayNotBeReadAtOnceIsTakenByNobody() {
        // given
        isKept = false;

        // when, then
        assertThrows(UncheckedIOException.class, file::next);
        assertEquals(0, begun);
    }
}
