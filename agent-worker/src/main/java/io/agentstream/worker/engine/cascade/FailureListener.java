package io.agentstream.worker.engine.cascade;

import io.agentstream.worker.service.ServiceFailure;

/// Is told of each failure of a service, also of one that is made good by the next one. Any thread; returns at once.
@FunctionalInterface
public interface FailureListener {

    FailureListener NOBODY = (kind, failure) -> { };

    void failed(Kind kind, ServiceFailure failure);

    /// What has failed.
    enum Kind {
        EAR,
        BRAIN,
        MOUTH,
        REALTIME,
        /// A server that does not say what tools it has, or has some that a brain does not take. A use that fails is the brain's to deal with.
        TOOLS
    }
}
