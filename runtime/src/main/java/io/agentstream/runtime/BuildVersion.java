package io.agentstream.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/// The version as the build wrote it down: it stands in the root `pom.xml` and nowhere else. Any thread.
public final class BuildVersion {

    private static final String TEXT = read();

    private BuildVersion() {}

    /// As in `0.1.0`.
    public static String text() {
        return TEXT;
    }

    private static String read() {
        Properties built = new Properties();
        try (InputStream file = BuildVersion.class.getResourceAsStream("version.properties")) {
            if (file == null) {
                throw new IllegalStateException("this build has no version.properties");
            }
            built.load(file);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
        return built.getProperty("version");
    }
}
