package io.agentstream.calllog.timeline;

import io.agentstream.schemas.ConversationEvent.Party;
import io.agentstream.schemas.TurnStages;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// An entry as a sentence for people, without its time. Pure; any thread.
public final class TimelineText {

    private static final Pattern LINE_ENDS = Pattern.compile("[\\p{Cc}\\p{Zl}\\p{Zp}]+");

    private TimelineText() {}

    public static String of(TimelineEntry entry) {
        return switch (entry) {
            case TimelineEntry.Lifecycle e -> lifecycle(e.event(), e.details());
            case TimelineEntry.Decision e -> decision(e.event(), e.details());
            case TimelineEntry.Provider e -> provider(e);
            case TimelineEntry.Turn e -> (e.by() == Party.CALLER ? "the caller" : e.by() == Party.AGENT ? "the agent" : "somebody")
                    + " begins to speak, turn " + e.turn();
            case TimelineEntry.Heard e -> heard(e);
            case TimelineEntry.Said e -> said(e) + stages(e.stages());
            case TimelineEntry.Key e -> e.digit() == null ? "presses a key, which is sealed" : "presses " + e.digit();
            case TimelineEntry.Interruption e -> interruption(e);
            case TimelineEntry.Node e -> "the agent comes to " + e.node();
            case TimelineEntry.Tool e -> "the tool " + e.tool() + (e.result() == null ? " is called" : " answers");
            case TimelineEntry.Latency e -> latency(e);
            case TimelineEntry.Frames e -> frames(e);
            case TimelineEntry.Silence e -> "nobody makes a sound for " + seconds(e.ms());
            case TimelineEntry.Takeover e -> "another worker goes on with the conversation"
                    + (e.gapMs() == 0 ? "" : "; " + seconds(e.gapMs()) + " of the caller were not heard");
            case TimelineEntry.Fault e -> fault(e.fault(), e.turn(), e.ms());
            case TimelineEntry.Close e -> close(e);
            case TimelineEntry.Gap e -> gap(e);
            case TimelineEntry.Unreadable e ->
                "record " + e.offset() + " of " + e.topic() + "-" + e.partition() + " cannot be read: " + e.reason();
        };
    }

    /// What was said or heard, with its time and who it was: one line, whatever was said.
    public static String transcriptLine(TimelineEntry entry) {
        long ms = entry.fromMs();
        return String.format(Locale.ROOT, "%02d:%02d.%d  ", ms / 60_000, ms / 1_000 % 60, ms / 100 % 10)
                + (entry instanceof TimelineEntry.Said ? "agent   " : "caller  ")
                + LINE_ENDS.matcher(entry instanceof TimelineEntry.Said said ? said(said) : of(entry)).replaceAll(" ");
    }

    private static String lifecycle(String event, Map<String, Object> details) {
        return switch (event) {
            case "offered" -> details.containsKey("refusal")
                    ? "a socket is opened and refused at the door: " + details.get("refusal")
                    : "a socket is opened" + given(" by ", details.get("provider")) + given(" for ", details.get("domain"))
                            + numbers(details);
            case "started" -> "the provider introduces the call" + given(", session ", details.get("session"))
                    + given(", ", details.get("encoding"))
                    + given(", track ", details.get("tracks")) + given("; left out: ", details.get("cut"));
            case "conversation_began" -> "a worker takes the conversation up";
            case "close_ordered" -> "the close is ordered" + given(": ", cause(details));
            case "agent_hung_up" -> "the agent hangs up";
            default -> event.replace('_', ' ');
        };
    }

    private static @Nullable Object cause(Map<String, Object> details) {
        Object end = details.get("end");
        return end == null ? details.get("failure") : end;
    }

    private static String numbers(Map<String, Object> details) {
        Object from = details.get("caller_number");
        Object to = details.get("called_number");
        return from == null && to == null ? "" : ", " + (from == null ? "unknown" : from) + " calls " + (to == null ? "unknown" : to);
    }

    private static String decision(String event, Map<String, Object> details) {
        return switch (event) {
            case "created" -> "the call is admitted as run " + details.get("run") + ", with version " + details.get("agent_version")
                    + " of the agent";
            case "running" -> "the session is proved: the run is running";
            case "completed" -> "the run is completed: " + details.get("end") + ending(details);
            case "failed" -> "the run failed: " + details.get("failure") + given(" (", details.get("reason"), ")") + ending(details);
            default -> "the run is " + event;
        };
    }

    private static String ending(Map<String, Object> details) {
        Object ms = details.get("duration_ms");
        return given(", by ", details.get("disconnected_by")) + given(", outcome ", details.get("outcome"))
                + (ms instanceof Number number ? ", " + seconds(number.longValue()) + " of talk" : "")
                + given(", charged ", details.get("cost")) + given("; wrong with it: ", details.get("faults"));
    }

    private static String provider(TimelineEntry.Provider e) {
        String what = switch (e.request()) {
            case "hang_up" -> "is asked to end the call";
            case "session_check" -> "is asked for the session";
            default -> "is asked to give the caller to somebody else (" + e.request().replace("transfer_", "") + ")";
        };
        Integer tries = e.tries();
        return "the provider " + what + ": " + (e.confirmed() ? "confirmed" : "not confirmed") + given(", status ", e.status())
                + (e.ms() == null ? "" : " in " + e.ms() + " ms") + (tries == null || tries < 2 ? "" : ", after " + tries + " tries");
    }

    private static String heard(TimelineEntry.Heard e) {
        String digit = e.digit();
        if (digit != null) {
            return "key " + digit + " is taken";
        }
        String text = e.text();
        Long speechMs = e.speechMs();
        return text != null && !text.isEmpty() ? text : speechMs == null ? "says something" : "speaks for " + seconds(speechMs);
    }

    private static String said(TimelineEntry.Said e) {
        String text = e.text();
        return (text == null ? "speaks for " + seconds(e.playedMs()) : text)
                + (e.whole() ? "" : e.playedMs() == 0 ? "  [nothing of it was heard]" : "  [heard for " + seconds(e.playedMs()) + "]");
    }

    /// When it passed its stages, each since the caller's last sound.
    private static String stages(@Nullable TurnStages of) {
        if (of == null) {
            return "";
        }
        String passed = at("turn over", of.decidedMs()) + at("words", of.wordsMs()) + at("first token", of.firstTokenMs())
                + at("sentence", of.sentenceMs()) + at("first audio", of.firstByteMs()) + at("sent", of.sentMs()) + at("on the wire", of.wireMs());
        return passed.isEmpty() ? "" : "  [" + passed.substring(2) + " ms]";
    }

    private static String at(String what, @Nullable Long ms) {
        return ms == null ? "" : ", " + what + " " + ms;
    }

    private static String interruption(TimelineEntry.Interruption e) {
        Long heard = e.heardMs();
        Long unheard = e.unheardMs();
        String words = e.unheardText();
        return "is interrupted" + (heard == null ? "" : " after " + seconds(heard))
                + (unheard == null ? "" : "; " + seconds(unheard) + " are not heard")
                + (words == null || words.isEmpty() ? "" : ", about “" + words + "”");
    }

    private static String latency(TimelineEntry.Latency e) {
        String what = switch (e.stage()) {
            case "introduction" -> "introduced";
            case "admission" -> "admitted";
            case "proof" -> "proved";
            case "conversation" -> "taken up by a worker";
            case "answer" -> "the agent is heard";
            case "first_audio" -> "the answer is sent";
            case "first_played" -> "the answer is heard";
            case "barge_in" -> "the agent falls silent";
            default -> e.stage().replace('_', ' ');
        };
        return what + " after " + e.ms() + " ms";
    }

    private static String frames(TimelineEntry.Frames e) {
        List<String> parts = new ArrayList<>();
        if (e.late() > 0) {
            parts.add(count(e.late(), "frame") + " late, by up to " + e.worstMs() + " ms");
        }
        if (e.lost() > 0) {
            parts.add(count(e.lost(), "frame") + " missing, " + e.lostMs() + " ms");
        }
        return String.join("; ", parts);
    }

    public static String fault(SilentFault fault, @Nullable Integer turn, @Nullable Long ms) {
        return switch (fault) {
            case NO_CALLER_AUDIO -> "one-way audio: no audio came from the caller";
            case CALLER_SILENT -> "one-way audio: all that came from the caller was silence";
            case AGENT_UNHEARD -> "one-way audio: the caller never heard the agent";
            case AGENT_SILENT -> "one-way audio: all that the agent sent was silence";
            case AGENT_NEVER_ANSWERED -> "the agent never answered";
            case SLOW_TURN -> (turn == null ? "the agent's first word" : "turn " + turn) + " was waited for "
                    + (ms == null ? "too long" : seconds(ms));
        };
    }

    /// What was wrong with a call of which only that is known.
    public static String fault(SilentFault fault) {
        return fault == SilentFault.SLOW_TURN ? "an answer was waited for too long" : fault(fault, null, null);
    }

    private static String close(TimelineEntry.Close e) {
        StringJoiner odd = new StringJoiner(", ", "; passed over: ", "").setEmptyValue("");
        e.oddMessages().forEach((kind, count) -> odd.add(count + " " + kind));
        return "the socket is closed with " + e.closeCode() + given(" (", e.reason().isEmpty() ? null : e.reason(), ")")
                + given(": ", e.end() == null ? e.failure() : e.end()) + odd;
    }

    private static String gap(TimelineEntry.Gap e) {
        Long first = e.firstSeq();
        Long last = e.lastSeq();
        return switch (e.why()) {
            case DELETED -> e.topic() + ": older records are deleted, what is shown is what is left";
            case LOST -> first == null || last == null
                    ? e.topic() + ": records are missing"
                    : count(last - first + 1, "record") + " of " + e.topic() + (last.equals(first) ? " is" : " are") + " missing";
            case SEALED -> e.topic() + " cannot be opened: its key is destroyed, or is not here";
        };
    }

    private static String count(long number, String thing) {
        return number + " " + thing + (number == 1 ? "" : "s");
    }

    private static String given(String before, @Nullable Object value) {
        return given(before, value, "");
    }

    private static String given(String before, @Nullable Object value, String behind) {
        return value == null ? "" : before + value + behind;
    }

    /// As in `1.2 s`.
    public static String seconds(long ms) {
        return String.format(Locale.ROOT, "%.1f s", ms / 1000.0);
    }
}
