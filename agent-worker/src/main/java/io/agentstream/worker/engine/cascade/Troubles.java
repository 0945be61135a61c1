package io.agentstream.worker.engine.cascade;

import io.agentstream.agents.definition.Services.Service;
import io.agentstream.runtime.Causes;
import io.agentstream.schemas.CallId;
import io.agentstream.worker.engine.cascade.FailureListener.Kind;
import io.agentstream.worker.service.ServiceFailure;
import io.agentstream.worker.service.fallback.Standing;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What goes wrong with the services of one call: said in the log, without the messages of exceptions, which may quote an address, and
/// counted. Any thread.
public final class Troubles {

    private static final Logger log = LoggerFactory.getLogger(Troubles.class);
    private static final ServiceFailure TOOLS_REFUSED = new ServiceFailure.Refused("the tools of servers", true);
    private static final ServiceFailure UNASKABLE = new ServiceFailure.Refused("it cannot be asked");

    private final CallId callId;
    private final FailureListener failures;

    public Troubles(CallId callId, FailureListener failures) {
        this.callId = callId;
        this.failures = failures;
    }

    /// Whether a service could be asked; one that could not has failed.
    public boolean isAsked(Kind kind, Runnable asking) {
        boolean isBegun = isBegun(kind.name(), asking);
        if (!isBegun) {
            failures.failed(kind, UNASKABLE);
        }
        return isBegun;
    }

    /// Whether something could be begun, which is nobody's failure where it could not.
    public boolean isBegun(String what, Runnable beginning) {
        try {
            beginning.run();
            return true;
        } catch (RuntimeException failure) {
            log.atWarn().addKeyValue("call", callId).addKeyValue("service", what)
                    .addKeyValue("failure", Causes.ofAny(failure)).log("service cannot be asked");
            return false;
        }
    }

    /// A service takes a request only without what the servers of tools have.
    ///
    /// @param service as in a definition
    public void toolsRefused(String service) {
        log.atWarn().addKeyValue("call", callId).addKeyValue("service", service)
                .log("a service does not take the tools of servers, and is asked without them");
        failures.failed(Kind.TOOLS, TOOLS_REFUSED);
    }

    /// A service that was not waited for any longer: nothing is told of what is broken off, but that it was late. One of which nothing comes is
    /// counted, and stands.
    ///
    /// @param services its row, in its order; what is behind it is a voice of our own, which rests for nobody
    public void late(Kind kind, Standing row, List<Service> services, int member, long waitedMs) {
        ServiceFailure late = waitedMs > 0 ? new ServiceFailure.Silent(waitedMs) : new ServiceFailure.Empty();
        if (member < services.size()) {
            if (waitedMs > 0) {
                row.failed(member, late);
            }
            failed(kind, services.get(member).service(), late);
        } else {
            failed(kind, "offline", late);
        }
    }

    /// @param service as in a definition
    public void failed(Kind kind, String service, ServiceFailure failure) {
        log.atWarn().addKeyValue("call", callId).addKeyValue("kind", kind).addKeyValue("service", service)
                .addKeyValue("failure", failure).log("service has failed");
        failures.failed(kind, failure);
    }
}
