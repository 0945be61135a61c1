package io.agentstream.schemas;

import org.jspecify.annotations.Nullable;

/// What a gateway is to do with a call's socket, on that gateway's partition of `socket.commands.v1`.
public sealed interface SocketCommand {

    CallId callId();

    @Doc("The call is admitted: its run exists. The handshake goes on.")
    record Admit(@Doc("The call.") CallId callId) implements SocketCommand {}

    @Doc("The run is running: the caller's audio is wanted from now on.")
    record Open(@Doc("The call.") CallId callId) implements SocketCommand {}

    @Doc("Audio for the caller.")
    record Play(
            @Doc("The call.") CallId callId,
            @Doc("Turn that the audio belongs to; audio of a cleared turn is dropped.") int turn,
            @Doc("Number of the command within the turn, from 0.") int seq,
            @Doc("Bytes of each provider message that is made of the payload; the last may be shorter.") int frameBytes,
            @Doc("The audio, in the call's media format.") Slice payload)
            implements SocketCommand {}

    @Doc("Drop all audio of this turn and of earlier ones, also at the provider.")
    record Clear(@Doc("The call.") CallId callId, @Doc("Newest turn to drop.") int turn) implements SocketCommand {}

    @Doc("Say when everything before this was played.")
    record Mark(
            @Doc("The call.") CallId callId,
            @Doc("Turn that the mark belongs to.") int turn,
            @Doc("Name to say it by.") String name)
            implements SocketCommand {}

    @Doc("Close the socket. Gives either how the call ended or why it failed.")
    record Close(
            @Doc("The call.") CallId callId,
            @Doc("How the call ended.") @Nullable End end,
            @Doc("Why it failed.") @Nullable Failure failure,
            @Doc("WebSocket close code.") int closeCode,
            @Doc("Close reason for the peer.") String reason)
            implements SocketCommand {

        public Close {
            if ((end == null) == (failure == null)) {
                throw new IllegalArgumentException("a close says either how the call ended or why it failed");
            }
        }

        public static Close because(CallId callId, End end) {
            return new Close(callId, end, null, 1000, "");
        }

        /// `name` is what the failure's reason speaks of, or empty.
        public static Close because(CallId callId, Failure failure, String name) {
            return new Close(callId, null, failure, failure.closeCode(), failure.reason(name));
        }
    }
}
