package io.agentstream.dev.embedded;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Properties;

/// The two passwords of a database directory: of the server's superuser, and of the one user that the services get.
///
/// Made once, kept in a file that only its owner may read, and never printed.
record PostgresCredentials(String superuserPassword, String userPassword) {

    private static final int PASSWORD_BYTES = 24;

    /// What `file` holds; it is written where it is missing.
    static PostgresCredentials in(Path file) throws IOException {
        Properties kept = new Properties();
        if (Files.exists(file)) {
            try (Reader reader = Files.newBufferedReader(file)) {
                kept.load(reader);
            }
            String superuser = kept.getProperty("superuser_password");
            String user = kept.getProperty("user_password");
            if (superuser == null || user == null) {
                throw new IOException("the file " + file + " does not hold both passwords");
            }
            return new PostgresCredentials(superuser, user);
        }
        PostgresCredentials made = new PostgresCredentials(random(), random());
        kept.setProperty("superuser_password", made.superuserPassword);
        kept.setProperty("user_password", made.userPassword);
        Path partial = file.resolveSibling(file.getFileName() + ".partial");
        Files.deleteIfExists(partial);
        createPrivate(partial);
        try (Writer writer = Files.newBufferedWriter(partial, StandardCharsets.UTF_8)) {
            kept.store(writer, "The embedded database's passwords. Made for this directory alone.");
        }
        Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
        return made;
    }

    static void createPrivate(Path file) throws IOException {
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }

    private static String random() {
        byte[] bytes = new byte[PASSWORD_BYTES];
        new SecureRandom().nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    @Override
    public String toString() {
        return "PostgresCredentials[redacted]";
    }
}
