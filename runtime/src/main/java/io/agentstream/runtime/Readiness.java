package io.agentstream.runtime;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/// Whether a process can do its job. Any thread.
public final class Readiness {

    private final List<Supplier<Optional<String>>> checks = new CopyOnWriteArrayList<>();

    /// @param check gives the reason why the process is not ready, or nothing; must answer at once and name no secret
    public void require(Supplier<Optional<String>> check) {
        checks.add(check);
    }

    /// Why the process is not ready; empty when it is.
    public List<String> reasons() {
        return checks.stream().map(Supplier::get).flatMap(Optional::stream).toList();
    }
}
