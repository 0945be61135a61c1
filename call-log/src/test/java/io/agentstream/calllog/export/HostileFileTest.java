package io.agentstream.calllog.export;

import static io.agentstream.calllog.export.SpoiledFiles.GOOD;
import static io.agentstream.calllog.export.SpoiledFiles.agreed;
import static io.agentstream.calllog.export.SpoiledFiles.bomb;
import static io.agentstream.calllog.export.SpoiledFiles.changed;
import static io.agentstream.calllog.export.SpoiledFiles.flipped;
import static io.agentstream.calllog.export.SpoiledFiles.members;
import static io.agentstream.calllog.export.SpoiledFiles.packed;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Files that are not what they seem: each is refused in one sentence, and leaves nothing behind.
final class HostileFileTest {

    /// Small, so that what is too large is quickly made.
    private static final Limits SMALL = new Limits(40 << 20, 400, 60, 1 << 20, 64 << 10);

    @TempDir
    private Path folder;

    private CallFile open(byte[] file) throws IOException {
        return CallFile.open(new ByteArrayInputStream(file), SMALL, new Spool(folder));
    }

    @Test
    void theFileThatTheyAreMadeOfIsTaken() throws Exception {
        open(GOOD).close();
        open(changed(members -> {})).close();
        open(agreed(members -> {})).close();
    }

    @Test
    void thereAreManyOfThem() {
        assertTrue(HostileFiles.all().count() >= 100, HostileFiles.all().count() + " files");
    }

    @ParameterizedTest
    @MethodSource("io.agentstream.calllog.export.HostileFiles#all")
    void isRefusedInASentenceAndLeavesNothing(HostileFiles.Hostile hostile) throws Exception {
        // when
        CallFileException refused = assertThrows(CallFileException.class, () -> open(hostile.content().array()).close());

        // then
        String said = refused.getMessage();
        assertTrue(said.contains(hostile.sentence()), said);
        assertTrue(said.matches("The file[ a-zA-Z0-9.,:;'-]+\\."), said);
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(0, left.count());
        }
    }

    @Test
    void aBombIsStoppedAfterWhatMayBeUnpackedAndInTheMemoryOfOneMember() {
        // given a file without an end, which counts what is asked of it
        byte[] bomb = bomb(59, 1 << 20);
        long[] asked = {0};
        InputStream endless = new InputStream() {
            @Override
            public int read() {
                asked[0]++;
                return asked[0] <= bomb.length ? bomb[(int) asked[0] - 1] & 0xFF : 0;
            }

            @Override
            public int read(byte[] into, int from, int length) {
                for (int i = 0; i < length; i++) {
                    into[from + i] = (byte) read();
                }
                return length;
            }
        };

        // when, then
        assertThrows(CallFileException.class, () -> CallFile.open(endless, SMALL));
        assertTrue(asked[0] < 1 << 20, asked[0] + " bytes");
    }

    @Test
    void everyFileThatIsCutOffIsRefused() {
        for (int length = 0; length < GOOD.length; length += 97) {
            byte[] cut = Arrays.copyOf(GOOD, length);
            assertThrows(CallFileException.class, () -> open(cut).close(), () -> cut.length + " bytes");
        }
    }

    @Test
    void everyFlippedBitIsFoundOrMeansNothing() throws Exception {
        // given
        byte[] whole = Unpacked.tar(GOOD);

        // when, then
        int found = 0;
        for (int at = 0; at < GOOD.length; at += 61) {
            byte[] flipped = flipped(at);
            try {
                open(flipped).close();
                assertArrayEquals(whole, Unpacked.tar(flipped), "byte " + at);
            } catch (CallFileException refused) {
                found++;
            }
        }
        assertTrue(found > 200, found + " bits");
    }

    @Test
    void membersInAnyOtherOrderAreRefusedOrTheSame() throws Exception {
        // given
        Map<String, byte[]> reversed = new LinkedHashMap<>();
        members().entrySet().stream().toList().reversed().forEach(each -> reversed.put(each.getKey(), each.getValue()));

        // when, then
        assertThrows(CallFileException.class, () -> open(packed(Unpacked.archive(reversed))).close());
    }
}
