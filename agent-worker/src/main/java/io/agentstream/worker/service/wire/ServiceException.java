package io.agentstream.worker.service.wire;

import io.agentstream.worker.service.ServiceFailure;

/// A failure on its way to the listener. Its message holds nothing of the service's.
public final class ServiceException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient ServiceFailure failure;

    public ServiceException(ServiceFailure failure) {
        super(failure.toString());
        this.failure = failure;
    }

    public ServiceFailure failure() {
        return failure;
    }
}
