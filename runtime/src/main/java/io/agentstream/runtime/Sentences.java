package io.agentstream.runtime;

import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.ReadOnlyFileSystemException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What is at the bottom of a failure, for a person at a terminal: a sentence, never the name of a Java class alone. Any thread.
public final class Sentences {

    private static final int MAX_DEPTH = 50;

    private Sentences() {}

    /// The innermost cause of `failure`: the part that a person can act on.
    public static String of(Throwable failure) {
        Throwable root = failure;
        for (int depth = 0; root.getCause() != null && depth < MAX_DEPTH; depth++) {
            root = root.getCause();
        }
        return switch (root) {
            case FileSystemException file -> file(file);
            case ReadOnlyFileSystemException _ -> "the file system can only be read";
            case UnknownHostException unknown -> "the name " + unknown.getMessage() + " is not known here";
            case ConnectException refused when refused.getMessage() == null -> "nobody answers there";
            default -> said(root.getMessage(), root);
        };
    }

    private static String file(FileSystemException failure) {
        String file = failure.getFile() == null ? "a file" : failure.getFile();
        return switch (failure) {
            case NoSuchFileException _ -> "there is no " + file;
            case AccessDeniedException _ -> "this user may not read or write " + file;
            case FileAlreadyExistsException _ -> file + " is there already, and is not a directory";
            case NotDirectoryException _ -> file + " is not a directory";
            case DirectoryNotEmptyException _ -> file + " is not empty";
            case FileSystemLoopException _ -> file + " is a link that leads to itself";
            default -> failure.getReason() == null ? file + " cannot be used" : file + ": " + failure.getReason();
        };
    }

    private static String said(@Nullable String message, Throwable root) {
        return message == null || message.isBlank() ? words(root.getClass().getSimpleName()) : message;
    }

    /// `ClosedChannelException` as "closed channel".
    private static String words(String name) {
        return name.replaceAll("(Exception|Error)$", "")
                .replaceAll("(?<=[a-z])(?=[A-Z])", " ")
                .toLowerCase(Locale.ROOT);
    }
}
