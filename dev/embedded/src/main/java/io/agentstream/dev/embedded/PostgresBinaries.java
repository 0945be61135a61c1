package io.agentstream.dev.embedded;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/// Unpacks the PostgreSQL of this machine from the class path, once per directory.
///
/// Unpacks beside and renames, so that a half-unpacked directory is never taken for a whole one. To be called by the holder
/// of the directory's lock.
final class PostgresBinaries {

    /// More than any release has; a bound against a broken archive.
    private static final int MAX_ENTRIES = 20_000;

    private static final Set<PosixFilePermission> EXECUTABLE = EnumSet.of(
            PosixFilePermission.OWNER_READ,
            PosixFilePermission.OWNER_WRITE,
            PosixFilePermission.OWNER_EXECUTE,
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_EXECUTE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_EXECUTE);

    private PostgresBinaries() {}

    /// The directory with `bin/`, `lib/` and `share/` under `cache`.
    ///
    /// @throws StartFailedException where there is no PostgreSQL for this machine
    static Path in(Path cache) throws IOException {
        String platform = platform(System.getProperty("os.name"), System.getProperty("os.arch"));
        Path whole = cache.resolve(platform);
        if (Files.isDirectory(whole)) {
            return whole;
        }
        Path partial = cache.resolve(platform + ".partial");
        DirectoryTree.delete(partial);
        Files.createDirectories(partial);
        String archive = "/postgres-" + platform + ".txz";
        try (InputStream packed = PostgresBinaries.class.getResourceAsStream(archive)) {
            if (packed == null) {
                throw new StartFailedException("There is no PostgreSQL on the class path for this machine (" + archive
                        + "). Set AGENT_STREAM_DATABASE_URL to use one of your own.");
            }
            unpack(packed, partial);
        }
        return Files.move(partial, whole, StandardCopyOption.ATOMIC_MOVE);
    }

    /// The name of the archive's platform, as its packers write it.
    static String platform(String osName, String osArch) {
        String os = osName.toLowerCase(Locale.ROOT).startsWith("mac") ? "darwin" : "linux";
        return switch (osArch) {
            case "amd64", "x86_64" -> os + "-x86_64";
            case "aarch64", "arm64" -> os + "-arm_64";
            default -> os + "-" + osArch;
        };
    }

    private static void unpack(InputStream packed, Path target) throws IOException {
        try (TarArchiveInputStream tar = new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(packed)))) {
            int entries = 0;
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path file = target.resolve(entry.getName()).normalize();
                if (!file.startsWith(target) || ++entries > MAX_ENTRIES) {
                    throw new IOException("the PostgreSQL archive is not what it should be: " + entry.getName());
                }
                write(tar, entry, file);
            }
        }
    }

    private static void write(TarArchiveInputStream tar, TarArchiveEntry entry, Path file) throws IOException {
        if (entry.isDirectory()) {
            Files.createDirectories(file);
            return;
        }
        Files.createDirectories(file.getParent());
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(file, Path.of(entry.getLinkName()));
        } else {
            Files.copy(tar, file);
            if ((entry.getMode() & 0100) != 0) {
                Files.setPosixFilePermissions(file, EXECUTABLE);
            }
        }
    }
}
