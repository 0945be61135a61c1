package io.agentstream.schemas;

import org.jspecify.annotations.Nullable;

/// What a gateway is to do with a call's socket, on that gateway's partition of `socket.commands.v1`.
///
/// What a worker writes carries its *epoch*: the generation of the workers' group in which this worker took the conversation up.
/// It stays the same as long as the worker keeps the conversation, and whoever takes the conversation up after it has a larger
/// one. A gateway passes over what comes with a smaller epoch than it has seen for the call, so that a worker which lost the call
/// and does not know it yet is not believed.
public sealed interface SocketCommand {

    /// The epoch of writers that have none: the orchestrator, and workers of an older version. Believed always.
    int NO_EPOCH = 0;

    /// The organisation of writers that do not say it: workers, and orchestrators of an older version.
    long NO_ORGANIZATION = 0;

    String ORGANIZATION = "Number of the organisation whose agent was called, as in run events; 0 where the writer does not say it. By it a"
            + " gateway knows which agents are one organisation's.";

    String EPOCH = "Generation of the workers' group in which the writer took the conversation up; 0 where it has none.";

    CallId callId();

    /// Whose agent was called, where the command says so; else [#NO_ORGANIZATION].
    default long organizationId() {
        return NO_ORGANIZATION;
    }

    /// Which writer this is of, where the call may have several one after the other; else [#NO_EPOCH].
    default int epoch() {
        return NO_EPOCH;
    }

    @Doc("The call is admitted: its run exists. The handshake goes on.")
    record Admit(@Doc("The call.") CallId callId, @Doc(value = ORGANIZATION, optional = true) long organizationId)
            implements SocketCommand {

        public Admit(CallId callId) {
            this(callId, NO_ORGANIZATION);
        }
    }

    @Doc("The run is running: the caller's audio is wanted from now on.")
    record Open(@Doc("The call.") CallId callId) implements SocketCommand {}

    @Doc("Audio for the caller.")
    record Play(
            @Doc("The call.") CallId callId,
            @Doc("Turn that the audio belongs to; audio of a cleared turn is dropped.") int turn,
            @Doc("Number of the command within the turn, from 0. It only grows: what comes again is passed over.") int seq,
            @Doc("Bytes of each provider message that is made of the payload; the last may be shorter.") int frameBytes,
            @Doc("The audio, in the call's media format.") Slice payload,
            @Doc(value = EPOCH, optional = true) int epoch)
            implements SocketCommand {

        public Play(CallId callId, int turn, int seq, int frameBytes, Slice payload) {
            this(callId, turn, seq, frameBytes, payload, NO_EPOCH);
        }
    }

    @Doc("Audio for the caller, sealed with the call's key of media.")
    record SealedPlay(
            @Doc("The call.") CallId callId,
            @Doc("Turn that the audio belongs to; audio of a cleared turn is dropped.") int turn,
            @Doc("Number of the command within the turn, from 0. It only grows: what comes again is passed over.") int seq,
            @Doc("Bytes of each provider message that is made of the audio; the last may be shorter.") int frameBytes,
            @Doc("Nonce, AES-256-GCM ciphertext and tag of the audio.") Slice sealed,
            @Doc(value = EPOCH, optional = true) int epoch)
            implements SocketCommand {}

    @Doc("Drop all audio of this turn and of earlier ones, also at the provider.")
    record Clear(
            @Doc("The call.") CallId callId,
            @Doc("Newest turn to drop.") int turn,
            @Doc(value = EPOCH, optional = true) int epoch)
            implements SocketCommand {

        public Clear(CallId callId, int turn) {
            this(callId, turn, NO_EPOCH);
        }
    }

    @Doc("Say when everything before this was played.")
    record Mark(
            @Doc("The call.") CallId callId,
            @Doc("Turn that the mark belongs to.") int turn,
            @Doc("Name to say it by.") String name,
            @Doc(value = EPOCH, optional = true) int epoch)
            implements SocketCommand {

        public Mark(CallId callId, int turn, String name) {
            this(callId, turn, name, NO_EPOCH);
        }
    }

    @Doc("End the call in good manners: what is being said is said to its end, and then the socket closes with 1000. Once is enough;"
            + " what comes again changes nothing.")
    record Finish(
            @Doc("The call.") CallId callId,
            @Doc("How the call has ended then.") End end,
            @Doc("Milliseconds after which it is closed whatever is being said.") int withinMs)
            implements SocketCommand {

        public Finish {
            if (withinMs < 0) {
                throw new IllegalArgumentException("within " + withinMs + " ms");
            }
        }
    }

    @Doc("Close the socket. Gives either how the call ended or why it failed.")
    record Close(
            @Doc("The call.") CallId callId,
            @Doc("How the call ended.") @Nullable End end,
            @Doc("Why it failed.") @Nullable Failure failure,
            @Doc("WebSocket close code.") int closeCode,
            @Doc("Close reason for the peer.") String reason,
            @Doc(value = EPOCH, optional = true) int epoch,
            @Doc(value = ORGANIZATION, optional = true) long organizationId)
            implements SocketCommand {

        public Close {
            if ((end == null) == (failure == null)) {
                throw new IllegalArgumentException("a close says either how the call ended or why it failed");
            }
        }

        public Close(CallId callId, @Nullable End end, @Nullable Failure failure, int closeCode, String reason) {
            this(callId, end, failure, closeCode, reason, NO_EPOCH, NO_ORGANIZATION);
        }

        /// The same order, given by a worker.
        public Close of(int writersEpoch) {
            return new Close(callId, end, failure, closeCode, reason, writersEpoch, organizationId);
        }

        /// The same order, to a call of an agent of that organisation.
        public Close ofOrganization(long id) {
            return new Close(callId, end, failure, closeCode, reason, epoch, id);
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
