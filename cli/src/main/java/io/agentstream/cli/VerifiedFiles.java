package io.agentstream.cli;

import io.agentstream.calllog.export.CallFile;
import io.agentstream.calllog.verify.JournalReading;
import io.agentstream.calllog.verify.Verification;
import io.agentstream.calllog.verify.VerificationText;
import io.agentstream.cli.text.Paint;
import io.agentstream.cli.verify.RecordedEnd;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// Runs exported calls again, without any server.
final class VerifiedFiles {

    private static final String ENDING = ".tar.zst";

    private final PrintStream out;

    VerifiedFiles(PrintStream out) {
        this.out = out;
    }

    /// Whether all of them lead to the same.
    ///
    /// @param path an exported call, or a folder with some
    /// @throws IOException where one of them cannot be read, in a sentence
    boolean verify(Path path) throws IOException {
        if (!Files.isDirectory(path)) {
            return one(path);
        }
        List<Path> files;
        try (Stream<Path> all = Files.list(path)) {
            files = all.filter(each -> each.getFileName().toString().endsWith(ENDING) && Files.isRegularFile(each)).sorted().toList();
        }
        if (files.isEmpty()) {
            throw new IOException("There is no exported call (*" + ENDING + ") in " + path + ".");
        }
        boolean isSame = true;
        for (Path file : files) {
            try {
                isSame &= one(file);
            } catch (IOException refused) {
                out.println(Paint.clean(file.getFileName() + ": " + refused.getMessage()));
                isSame = false;
            }
        }
        return isSame;
    }

    private boolean one(Path path) throws IOException {
        try (CallFile file = CallFile.open(path)) {
            String name = file.manifest().runName();
            if (file.manifest().redacted()) {
                out.println(name + ": cannot be run again: the file is redacted, and what the machine took in is not in it");
                return false;
            }
            Verification conversation = JournalReading.verify(file.source(), file.manifest().callId(), null, key -> file.definition());
            VerificationText.lines(name, conversation).forEach(out::println);
            RecordedEnd end = RecordedEnd.of(file.source(), slot -> file.source());
            out.println((end.possible().isEmpty() ? "  note: " : "  ") + Paint.clean(end.says()));
            return conversation.same() && end.possible().orElse(true);
        }
    }
}
