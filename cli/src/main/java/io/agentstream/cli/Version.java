package io.agentstream.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/// The version as the build wrote it down: it stands in the root `pom.xml` and nowhere else.
final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
        Properties built = new Properties();
        try (InputStream file = Version.class.getResourceAsStream("version.properties")) {
            if (file == null) {
                throw new IllegalStateException("this build has no version.properties");
            }
            built.load(file);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
        return new String[] {"agent-stream " + built.getProperty("version")};
    }
}
