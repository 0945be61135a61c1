package io.agentstream.dev.embedded;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Directories with all that is in them.
public final class DirectoryTree {

    private DirectoryTree() {}

    /// Deletes `tree`, links but not what they lead to. Nothing where there is nothing; what somebody else deletes meanwhile is no
    /// fault. Any thread.
    public static void delete(Path tree) throws IOException {
        Files.walkFileTree(tree, new Delete());
    }

    /// Deletes all that is in `directory`, which stays, and which may be a link to one. Any thread.
    public static void clear(Path directory) throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            for (Path each : (Iterable<Path>) all::iterator) {
                delete(each);
            }
        }
    }

    private static final class Delete extends SimpleFileVisitor<Path> {

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
            if (failure instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
            }
            throw failure;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path done, @Nullable IOException failure) throws IOException {
            if (failure != null && !(failure instanceof NoSuchFileException)) {
                throw failure;
            }
            Files.deleteIfExists(done);
            return FileVisitResult.CONTINUE;
        }
    }
}
