package io.agentstream.gateway.socket;

import io.agentstream.gateway.call.CallInput;
import io.agentstream.gateway.call.InboundBudget;
import io.agentstream.gateway.telephony.ProviderMessage;
import io.agentstream.gateway.telephony.TelephonyProvider;
import io.agentstream.gateway.websocket.FrameWriter;
import io.agentstream.gateway.websocket.Messages;
import io.agentstream.schemas.Failure;

/// Turns what a peer's socket brings into inputs of its call, in the provider's dialect: one way for every message. For the call's
/// I/O thread only.
final class PeerMessages implements Messages {

    /// Made once, because it comes fifty times a second of each call; the audio itself is in the loop's [IoLoop#audio].
    private static final CallInput AUDIO = new CallInput.Heard(new ProviderMessage.Audio());

    private static final CallInput NOT_UTF8 = new CallInput.Heard(new ProviderMessage.Forbidden(Failure.MALFORMED_MESSAGE));

    private final LiveCall call;
    private final TelephonyProvider provider;
    private final IoLoop loop;
    private final GatewayMeters meters;
    private final CallOutput output;
    private final InboundBudget budget;

    PeerMessages(LiveCall call, TelephonyProvider provider, IoLoop loop, GatewayParts parts, CallOutput output) {
        this.call = call;
        this.provider = provider;
        this.loop = loop;
        this.meters = parts.meters();
        this.output = output;
        this.budget = new InboundBudget(parts.bytesPerSecond(), loop.nowUs());
    }

    /// So many bytes came, the messages in which are told next.
    void brought(int count) {
        call.heard();
        within(budget.bytes(count, call.nowUs()));
    }

    private boolean within(boolean budgeted) {
        if (!budgeted) {
            call.step(new CallInput.Broken(Failure.TOO_MANY_MESSAGES));
        }
        return budgeted;
    }

    @Override
    public void text(byte[] bytes, int from, int to) {
        meters.framesIn.increment();
        if (counts()) {
            ProviderMessage message = provider.read(bytes, from, to, loop.audio);
            call.step(message instanceof ProviderMessage.Audio ? AUDIO : new CallInput.Heard(message));
        }
    }

    @Override
    public void ping(byte[] bytes, int from, int to) {
        if (counts()) {
            output.put(FrameWriter.pong(bytes, from, to));
        }
    }

    @Override
    public void other() {
        counts();
    }

    private boolean counts() {
        return within(budget.message(call.nowUs()));
    }

    @Override
    public void close(int code) {
        call.step(new CallInput.PeerClosed(code));
    }

    @Override
    public void broken(Breach breach) {
        call.step(switch (breach) {
            case BINARY -> new CallInput.Broken(Failure.BINARY_MESSAGE);
            case TOO_BIG -> new CallInput.Broken(Failure.MESSAGE_TOO_BIG);
            case PROTOCOL -> new CallInput.Broken(Failure.PROTOCOL_ERROR);
            case NOT_UTF8 -> NOT_UTF8;
        });
    }
}
