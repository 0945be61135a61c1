/// A telephony provider and its caller, played: it places calls on a gateway and notes what the caller heard.
///
/// Nothing here may use a class of the gateway, the orchestrator or the worker: it sees what a provider sees.
@NullMarked
package io.agentstream.dev.simulator.caller;

import org.jspecify.annotations.NullMarked;
