package io.agentstream.worker.service.wire;

import io.agentstream.schemas.WellFormed;
import io.agentstream.worker.service.Ear;
import io.agentstream.worker.service.Heard;
import io.agentstream.worker.service.ServiceFailure;
import io.agentstream.worker.service.TimedWord;
import java.util.List;

/// The turn that an ear is hearing: puts pieces together, and ends the turn once, whoever says that it is over. Any thread: everything
/// happens under the lock of the gate, which is also the only lock.
public final class EarTurn {

    private final Gate<Heard> gate;
    private final StringBuilder finals = new StringBuilder();
    private String interim = "";
    /// Counts the turns that have ended.
    private int ended;
    /// Counts calls of [#finish]; what waits for an older one is too late.
    private int finishes;
    private boolean finishing;
    /// Audio up to here belongs to turns that have ended.
    private long endedMs;
    /// What was told of the service's own current turn, where it counts turns itself and ours ended before its.
    private int wordsOfWholeTold;
    private String whole = "";
    /// Changes with each word.
    private long version;

    EarTurn(Gate<Heard> gate) {
        this.gate = gate;
    }

    public void speechBegan() {
        gate.tell(new Heard.SpeechBegan());
    }

    /// Words behind the pieces, which may still change.
    ///
    /// @param endMs where they end in the audio that the ear was given
    public void interim(String text, long endMs) {
        gate.within(() -> {
            if (!text.isBlank() && endMs > endedMs) {
                interim = text.strip();
                version++;
                gate.tell(new Heard.Partial(all()));
            }
        });
    }

    /// Words behind the pieces, which will not change. Takes the place of the interim ones.
    public void piece(String text, List<TimedWord> words, double confidence, long endMs) {
        gate.within(() -> {
            if (endMs <= endedMs) {
                return;
            }
            interim = "";
            version++;
            if (!text.isBlank()) {
                append(text.strip());
                gate.tell(new Heard.Final(text.strip(), List.copyOf(words), confidence));
            }
        });
    }

    /// How many turns have ended: words that began before that many are late ones.
    public int number() {
        int[] number = {0};
        gate.within(() -> number[0] = ended);
        return number[0];
    }

    /// Words of a turn that was not waited for any longer. They are no turn of their own: they stand before those of the next one.
    public void late(String text) {
        gate.within(() -> {
            if (!text.isBlank()) {
                append(text.strip());
            }
        });
    }

    /// All that is said of the turn by now is told.
    public void endedIfWanted() {
        gate.within(() -> {
            if (finishing) {
                end(false);
            }
        });
    }

    private void append(String text) {
        int room = Ear.MAX_TURN_CHARACTERS - finals.length();
        if (room > 1) {
            finals.append(finals.isEmpty() ? "" : " ").append(WellFormed.beginning(text, room - 1));
        }
    }

    /// All that the service understood of what it calls a turn itself, in place of what it said before.
    public void whole(String text) {
        gate.within(() -> {
            whole = text.strip();
            String rest = behind(whole, wordsOfWholeTold);
            finals.setLength(0);
            append(rest);
            interim = "";
            version++;
            if (!rest.isEmpty()) {
                gate.tell(new Heard.Partial(all(), true));
            }
        });
    }

    /// Counted in words: the service may have changed its mind about those that were told.
    private static String behind(String text, int words) {
        String[] parts = text.split("\\s+", words + 1);
        return parts.length > words ? parts[words].strip() : "";
    }

    /// The service begins to count a new turn.
    public void wholeBegins() {
        gate.within(() -> {
            wordsOfWholeTold = 0;
            whole = "";
        });
    }

    public void mayHaveEnded() {
        gate.within(() -> {
            if (!all().isEmpty()) {
                gate.tell(new Heard.TurnMayHaveEnded(all()));
            }
        });
    }

    public void wentOn() {
        gate.tell(new Heard.SpeechWentOn());
    }

    /// The service has heard a pause that ends its turns: nothing, where there is none.
    public void ended() {
        gate.within(() -> {
            if (finishing || !all().isEmpty()) {
                end(false);
            }
        });
    }

    /// The service judges by what was said that the turn is over, or was over before: nothing, where there is none.
    public void judgedOver() {
        gate.within(() -> {
            if (finishing || !all().isEmpty()) {
                end(true);
            }
        });
    }

    private void end(boolean judged) {
        String text = all();
        finishing = false;
        ended++;
        finals.setLength(0);
        interim = "";
        version++;
        wordsOfWholeTold = whole.isEmpty() ? 0 : whole.split("\\s+", -1).length;
        gate.tell(new Heard.TurnEnded(text, judged));
    }

    private String all() {
        return interim.isEmpty() || finals.length() + interim.length() >= Ear.MAX_TURN_CHARACTERS
                ? finals.toString()
                : finals.isEmpty() ? interim : finals + " " + interim;
    }

    /// Somebody else thinks so, and the service was asked for the rest.
    ///
    /// @return the number for [#settle]
    int finish() {
        int[] number = {0};
        gate.within(() -> {
            finishing = true;
            number[0] = ++finishes;
        });
        return number[0];
    }

    /// The rest did not come in time.
    ///
    /// @param heardMs how much audio the turn may have: words within it that come later are passed over
    void settle(int finish, long heardMs) {
        gate.within(() -> {
            if (finishing && finish == finishes) {
                endedMs = Math.max(endedMs, heardMs);
                end(false);
            }
        });
    }

    /// The connection that would have told the end is lost: ends what stands, unless words come meanwhile.
    Runnable orphaned() {
        long[] then = {0};
        gate.within(() -> then[0] = version);
        return () -> gate.within(() -> {
            if (version == then[0]) {
                ended();
            }
        });
    }

    void failed(ServiceFailure failure) {
        gate.tellLast(new Heard.Failed(failure));
    }
}
