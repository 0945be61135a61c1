package io.agentstream.worker.service.wire;

import io.agentstream.worker.service.ServiceFailure;

/// Short forms for what adapters throw most.
public final class Broken {

    private Broken() {}

    /// @param why our words
    public static ServiceException because(String why) {
        return new ServiceException(new ServiceFailure.Broken(why));
    }
}
