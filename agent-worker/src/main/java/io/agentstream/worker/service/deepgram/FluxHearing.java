package io.agentstream.worker.service.deepgram;

import io.agentstream.audio.MuLaw;
import io.agentstream.schemas.Slice;
import io.agentstream.worker.service.wire.Broken;
import io.agentstream.worker.service.wire.EarDialect.Hearing;
import io.agentstream.worker.service.wire.EarDialect.Idle;
import io.agentstream.worker.service.wire.EarTurn;
import io.agentstream.worker.service.wire.Messages;
import io.agentstream.worker.service.wire.ServiceException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// One connection of listen v2: the service takes the turns. It has no message that asks for the rest; and where audio stops within a turn it
/// never ends that, so silence is sent.
final class FluxHearing implements Hearing {

    private static final int SILENCE_MS = 500;
    private static final Slice SILENCE = Slice.of(silence());

    private final EarTurn turn;
    private volatile boolean inTurn;

    FluxHearing(EarTurn turn) {
        this.turn = turn;
    }

    private static byte[] silence() {
        byte[] audio = new byte[SILENCE_MS * MuLaw.BYTES_PER_MS];
        Arrays.fill(audio, MuLaw.SILENCE);
        return audio;
    }

    @Override
    public void read(String message) throws ServiceException {
        JsonNode said = Messages.read(message);
        switch (Messages.text(said, "type")) {
            case "TurnInfo" -> turn(Messages.text(said, "event"), Messages.text(said, "transcript"));
            case "Error" -> throw Broken.because("an error in the stream");
            default -> { } // what is new, and what is of no use
        }
    }

    private void turn(String event, String transcript) {
        switch (event) {
            case "StartOfTurn" -> {
                inTurn = true;
                turn.wholeBegins();
                turn.speechBegan();
                turn.whole(transcript);
            }
            case "Update" -> turn.whole(transcript);
            case "EagerEndOfTurn" -> {
                turn.whole(transcript);
                turn.mayHaveEnded();
            }
            case "TurnResumed" -> turn.wentOn();
            case "EndOfTurn" -> {
                inTurn = false;
                turn.whole(transcript);
                turn.judgedOver();
            }
            default -> { }
        }
    }

    @Override
    public @Nullable String finish() {
        return null;
    }

    @Override
    public int idleMs() {
        return SILENCE_MS;
    }

    @Override
    public Idle idle() {
        return inTurn ? new Idle.Audio(SILENCE) : new Idle.Nothing();
    }

    @Override
    public String bye() {
        return "{\"type\":\"CloseStream\"}";
    }
}
