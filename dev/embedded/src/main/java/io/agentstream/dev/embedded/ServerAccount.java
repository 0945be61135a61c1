package io.agentstream.dev.embedded;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// As whom PostgreSQL runs: it refuses to be root.
///
/// `prefix` goes before each of its commands; `owner` is who must own its files on the disk.
record ServerAccount(List<String> prefix, String owner) {

    private static final Duration PROBE_LIMIT = Duration.ofSeconds(5);
    private static final String PROBE = "test \"$(id -u)\" -ne 0 && test -w \"$1\" && \"$0\" --version";

    /// A user namespace needs no other user and no readable path, but containers often forbid it; then the user `nobody`, if
    /// possible with root's right to pass through directories that are closed to others.
    private static final List<ServerAccount> FOR_ROOT = List.of(
            new ServerAccount(List.of("unshare", "--user"), "root"),
            nobody("nobody", true),
            nobody("nogroup", true),
            nobody("nobody", false),
            nobody("nogroup", false),
            new ServerAccount(List.of("runuser", "-u", "nobody", "--"), "nobody"),
            new ServerAccount(List.of("su", "-s", "/bin/sh", "nobody", "-c", "exec \"$0\" \"$@\"", "--"), "nobody"));

    private static ServerAccount nobody(String group, boolean passesThrough) {
        List<String> prefix = new ArrayList<>(List.of("setpriv", "--reuid=nobody", "--regid=" + group, "--clear-groups"));
        if (passesThrough) {
            // The last one is for access(2), by which PostgreSQL looks for its programs, and which else forgets the right.
            prefix.addAll(List.of(
                    "--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--securebits=+no_setuid_fixup"));
        }
        prefix.add("--");
        return new ServerAccount(List.copyOf(prefix), "nobody");
    }

    /// One that can run `program` and write in `directory`, whose files are given to it.
    ///
    /// @throws StartFailedException where this process is root and nobody else can
    static ServerAccount of(Path program, Path directory) throws IOException {
        if (new UnixSystem().getUid() != 0) {
            return new ServerAccount(List.of(), System.getProperty("user.name"));
        }
        for (ServerAccount account : FOR_ROOT) {
            if (account.can(program, directory)) {
                return account;
            }
        }
        throw new StartFailedException("PostgreSQL does not run as root, and the user nobody cannot use " + directory
                + closed(directory).map(path -> ", because " + path + " is closed to other users").orElse("")
                + ". Start as another user, choose another --data directory (/var/tmp/agent-stream, say),"
                + " or set AGENT_STREAM_DATABASE_URL to use a database of your own.");
    }

    /// The first directory on the way to `directory` that others may not pass through.
    private static Optional<Path> closed(Path directory) throws IOException {
        for (Path path = directory.getRoot(); !path.equals(directory.getParent()); ) {
            path = path.resolve(directory.getName(path.getNameCount()));
            if (!Files.getPosixFilePermissions(path).contains(PosixFilePermission.OTHERS_EXECUTE)) {
                return Optional.of(path);
            }
        }
        return Optional.empty();
    }

    private boolean can(Path program, Path directory) {
        try {
            giveTo(directory);
            return Command.run(PROBE_LIMIT, prefix, List.of("sh", "-c", PROBE, program.toString(), directory.toString()))
                    .succeeded();
        } catch (IOException notOnThisMachine) {
            return false;
        }
    }

    /// Makes `tree` the account's own, where this process may.
    void giveTo(Path tree) throws IOException {
        if (new UnixSystem().getUid() != 0 || Files.getOwner(tree).getName().equals(owner)) {
            return;
        }
        UserPrincipal principal =
                tree.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(owner);
        Files.walkFileTree(tree, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.setOwner(file, principal);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
                    throws IOException {
                // The directory last: its owner says whether this was finished.
                Files.setOwner(visited, principal);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
