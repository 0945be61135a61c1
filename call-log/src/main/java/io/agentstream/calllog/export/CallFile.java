package io.agentstream.calllog.export;

import io.agentstream.calllog.CallSource;
import io.agentstream.schemas.AgentDefinition;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// An exported call, read and checked to its end: nothing of it is to be had before. Its records lie in a folder of temporary files, in
/// memory is a member at a time. The checks find what is damaged and what contradicts itself; whoever makes a file up and is consistent in it
/// is believed, as nobody has signed it. Any thread may read; whoever opens it closes it.
public final class CallFile implements AutoCloseable {

    private final Spool spool;
    private final Manifest manifest;
    private final JsonNode run;
    private final @Nullable AgentDefinition definition;

    CallFile(Spool spool, Manifest manifest, JsonNode run, @Nullable AgentDefinition definition) {
        this.spool = spool;
        this.manifest = manifest;
        this.run = run;
        this.definition = definition;
    }

    /// @throws CallFileException where it is no exported call, or one that cannot be trusted, in a sentence
    public static CallFile open(Path file) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            return open(in, Limits.USUAL);
        }
    }

    /// Reads `in` to its end and does not close it.
    public static CallFile open(InputStream in, Limits limits) throws IOException {
        return open(in, limits, new Spool());
    }

    static CallFile open(InputStream in, Limits limits, Spool spool) throws IOException {
        try {
            return new CallFileReader(limits, spool).read(in);
        } catch (IOException | RuntimeException refused) {
            spool.close();
            throw refused;
        }
    }

    public Manifest manifest() {
        return manifest;
    }

    /// The run, as the API showed it.
    public JsonNode run() {
        return run;
    }

    /// The definition that the run used; null where the file has none.
    public @Nullable AgentDefinition definition() {
        return definition;
    }

    /// Its records, as long as the file is open. Nothing of them is sealed that the exporter could open.
    public CallSource source() {
        return new FileCallSource(spool, manifest);
    }

    /// Takes the temporary files away.
    @Override
    public void close() throws IOException {
        spool.close();
    }
}
