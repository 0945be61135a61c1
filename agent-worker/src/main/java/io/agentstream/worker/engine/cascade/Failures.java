package io.agentstream.worker.engine.cascade;

import io.agentstream.agents.conversation.ServiceFailure;
import io.agentstream.agents.conversation.ServiceFailure.Kind;

/// Why a service has failed, in the machine's words.
public final class Failures {

    private Failures() {}

    public static ServiceFailure of(io.agentstream.worker.service.ServiceFailure failure) {
        return switch (failure) {
            case io.agentstream.worker.service.ServiceFailure.Refused refused when refused.equals(io.agentstream.worker.service.ServiceFailure.Refused.TOO_LONG) ->
                new ServiceFailure(Kind.TOO_LONG);
            case io.agentstream.worker.service.ServiceFailure.Refused _ -> new ServiceFailure(Kind.REFUSED);
            case io.agentstream.worker.service.ServiceFailure.Busy busy -> new ServiceFailure(Kind.BUSY, busy.retryAfterMs());
            case io.agentstream.worker.service.ServiceFailure.Broken _ -> new ServiceFailure(Kind.BROKEN);
            case io.agentstream.worker.service.ServiceFailure.Silent _, io.agentstream.worker.service.ServiceFailure.Empty _ -> new ServiceFailure(Kind.SILENT);
        };
    }
}
