package io.agentstream.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Files that calls are written to.
final class WholeFileTest {

    @TempDir
    private Path folder;

    private long files() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.count();
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void onlyItsOwnerMayReadIt() throws Exception {
        // given
        Path named = folder.resolve("call.wav");

        // when
        try (WholeFile file = WholeFile.at(named)) {
            Files.writeString(file.part(), "sound");
            file.replace();
        }

        // then
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(named)));
        assertEquals("sound", Files.readString(named));
        assertEquals(1, files());
    }

    @Test
    void whatBreaksOffLeavesWhatWasThere() throws Exception {
        // given
        Path named = Files.writeString(folder.resolve("call.wav"), "before");

        // when
        try (WholeFile file = WholeFile.at(named)) {
            Files.writeString(file.part(), "half");
        }

        // then
        assertEquals("before", Files.readString(named));
        assertEquals(1, files());
    }

    /// As root it would be put a file in the place of, and the machine would have no such device any more.
    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aDeviceIsNoFile() {
        IOException refused = assertThrows(IOException.class, () -> WholeFile.at(Path.of("/dev/null")));

        assertEquals("/dev/null is there and no file: give the name of one.", refused.getMessage());
        assertFalse(Files.isRegularFile(Path.of("/dev/null")));
    }

    @Test
    void aFolderIsNoFile() {
        // when, then: not even an empty one, which the file system would put a file in the place of
        assertEquals(folder + " is a folder.", assertThrows(IOException.class, () -> WholeFile.at(folder)).getMessage());
        assertThrows(IOException.class, () -> WholeFile.at(folder.resolve("nowhere").resolve("call.wav")));
    }
}
