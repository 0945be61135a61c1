package io.agentstream.cli;

import io.agentstream.cli.text.Paint;
import io.agentstream.schemas.Topics;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/// Saves a call's sound, all of it or nothing, and says what is missing of it. One thread.
final class SavedSound {

    /// What a call's sound is made of.
    static final Set<String> TOPICS = Set.of(Topics.CALL_MEDIA.name(), Topics.SOCKET_COMMANDS.name());

    private final Terminal terminal;

    SavedSound(Terminal terminal) {
        this.terminal = terminal;
    }

    /// Gives all of a sound.
    @FunctionalInterface
    interface Sound {
        void writeTo(OutputStream out) throws IOException;
    }

    void save(Path to, Sound sound) throws IOException {
        try (WholeFile file = WholeFile.at(to)) {
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file.part()))) {
                sound.writeTo(out);
            }
            file.replace();
        }
        terminal.err().println("saved " + to + ": left the caller, right what the caller heard");
    }

    /// Silence that was none is not to be taken for one.
    ///
    /// @param topics whose records are gone; none where all of it is there
    void missing(List<String> topics) {
        if (!topics.isEmpty()) {
            terminal.err().println("not all of the sound is there: records of " + Paint.clean(String.join(", ", topics)) + " are gone");
        }
    }
}
