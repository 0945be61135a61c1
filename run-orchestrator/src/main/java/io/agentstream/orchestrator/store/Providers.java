package io.agentstream.orchestrator.store;

import java.util.Set;

/// The providers that an organisation can have accounts with.
public final class Providers {
    public static final String CLOUDONIX = "cloudonix";

    public static final Set<String> ALL = Set.of(CLOUDONIX);

    private Providers() {}
}
