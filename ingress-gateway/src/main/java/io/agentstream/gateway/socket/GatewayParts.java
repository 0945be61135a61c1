package io.agentstream.gateway.socket;

import io.agentstream.gateway.call.CallLimits;
import io.agentstream.gateway.kafka.CallLog;
import io.agentstream.schemas.CallSecrets;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/// What all sockets of a gateway share.
///
/// @param slot partition of `socket.commands.v1` that reaches them
/// @param bytesPerSecond what a peer may send for long
/// @param maxUnsentBytes what a peer may leave unread before it counts as stalled
/// @param stallUs how long a peer that owes may take nothing before it counts as stalled
/// @param tls whether sockets are encrypted
/// @param wrapping of the keys that calls are sealed with; null where they are not sealed
record GatewayParts(
        CallLog callLog,
        CallRegistry registry,
        GatewayMeters meters,
        GatewayClock clock,
        CallLimits limits,
        IntSupplier slot,
        int maxMessageBytes,
        int bytesPerSecond,
        int maxUnsentBytes,
        long stallUs,
        boolean tls,
        CallSecrets.@Nullable Wrapping wrapping) {}
