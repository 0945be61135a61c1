package io.agentstream.dev.e2e;

import io.agentstream.dev.embedded.DirectoryTree;
import io.agentstream.dev.embedded.EmbeddedPostgres;
import java.nio.file.Path;

/// What is cleared away after a test, as a resource of its `try`. What fails in a `finally` hides what failed before it, and that is what the
/// test was about; what fails when a resource is closed is told beside it.
@FunctionalInterface
interface Afterwards extends AutoCloseable {

    /// A directory with all that is in it.
    static Afterwards delete(Path directory) {
        return () -> DirectoryTree.delete(directory);
    }

    /// A database whose owner may have been killed: then it still runs.
    static Afterwards removePostgres(Path directory) {
        return () -> EmbeddedPostgres.remove(directory);
    }
}
