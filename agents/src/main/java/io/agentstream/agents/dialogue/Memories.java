package io.agentstream.agents.dialogue;

import io.agentstream.agents.conversation.ConversationInput.Then;
import io.agentstream.agents.conversation.ConversationInput.Word;
import io.agentstream.agents.conversation.Dialogue;
import io.agentstream.agents.conversation.Remark;
import io.agentstream.agents.dialogue.CascadeState.Piece;
import io.agentstream.agents.dialogue.CascadeState.Round;
import io.agentstream.agents.dialogue.CascadeState.Spoken;
import io.agentstream.agents.dialogue.CascadeState.Used;
import io.agentstream.schemas.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// What a dialogue remembers: of what it said, what the caller heard. Pure.
final class Memories {

    /// Most remarks, and characters of them, that are remembered: see [Trimming].
    static final int MAX_REMARKS = 200;
    static final int MAX_CHARS = 60_000;

    /// What a tool's use came to that nobody waited for.
    static final String DROPPED = "{\"error\":\"the caller interrupted before the result was there\"}";

    private Memories() {}

    /// As it is saved. What was added later is absent from older writers.
    record Saved(
            @Nullable String node,
            SortedMap<String, Integer> visits,
            SortedMap<String, JsonNode> variables,
            List<Remark> history,
            int silences,
            int rounds,
            int uses,
            int ear,
            int brain,
            int mouth,
            boolean troubled,
            boolean ending,
            List<String> saying,
            @Nullable Then sayingThen,
            @Nullable String go,
            boolean owes,
            List<Used> left,
            @Nullable Integer tries,
            @Nullable String keys,
            Questions.@Nullable Pending pending,
            Requesting.@Nullable Asked asked,
            @Nullable Long endsMs,
            @Nullable Boolean overtime,
            Transferring.@Nullable Wanted transfer,
            @Nullable Boolean transferred,
            @Nullable List<Running.Use> running,
            @Nullable Boolean awaited,
            @Nullable Spoken spoken,
            @Nullable String words,
            @Nullable List<Spoken> unworded,
            @Nullable Boolean begun,
            @Nullable List<Long> sayingMs,
            @Nullable Integer firstEar) {}

    static @Nullable JsonNode of(CascadeState s, long heardMs, long beforeMs) {
        if (s.node == null) {
            return null;
        }
        List<Remark> history = s.history;
        List<Unheard> saying = List.of();
        List<Used> left = List.of();
        boolean asks = s.asking != CascadeState.NONE || s.asksBehind; // what the brain wants is not known to its end: it is asked again
        String begun = begun(s, heardMs);
        boolean goesOn = asks && (s.goesOn || s.isAnswering()); // and what of that sounds is heard, or will be
        if (s.turn > 0) {
            left = asks || s.turns.isEmpty() || s.then != null ? List.of() : s.turns.getLast().uses();
            saying = asks && !goesOn ? List.of() : unheard(s, heardMs);
            int rounds = asks || !left.isEmpty() ? s.turns.size() - 1 : s.turns.size();
            history = with(s.history, remarks(s, heardMs, rounds));
            history = begun.isEmpty() ? history : with(history, List.of(Remark.agent(begun, List.of())));
        }
        return Json.MAPPER.valueToTree(new Saved(
                s.node, s.visits, s.variables, history, s.silences, s.rounds, s.uses, s.ear, s.brain, s.mouth, s.troubled, s.ending,
                Unheard.texts(saying),
                s.then, s.go, asks || s.awaits, left, s.tries, s.keys.isEmpty() ? null : s.keys, s.pending,
                s.asked, s.endsMs == Dialogue.NEVER ? null : s.endsMs, s.overtime ? true : null, s.transfer,
                s.transferred ? true : null, s.running.isEmpty() ? null : s.running,
                (s.awaits && s.asking == CascadeState.NONE) ? true : null, s.unheard, words(s), unworded(s),
                goesOn ? true : null, saying.isEmpty() ? null : Unheard.ends(saying, beforeMs),
                s.firstEar == s.ear ? null : s.firstEar));
    }

    /// What was heard of an answer that the brain has not ended, or behind which tools are waited for: the rest comes behind that.
    private static String begun(CascadeState s, long heardMs) {
        boolean isUsing = !s.turns.isEmpty() && !s.turns.getLast().uses().isEmpty();
        return s.then == null && (s.asking != CascadeState.NONE || isUsing) ? heard(s.pieces, s.turns.size() - 1, heardMs) : "";
    }

    /// What is known by now of a turn of which the words are waited for.
    private static @Nullable String words(CascadeState s) {
        String known = s.unheard == null ? "" : s.known();
        return known.isEmpty() ? null : known;
    }

    private static @Nullable List<Spoken> unworded(CascadeState s) {
        return s.unworded.isEmpty()
                ? null
                : s.unworded.stream().map(each -> new Spoken(each.turn(), each.speechMs())).toList();
    }

    static Optional<CascadeState> restored(@Nullable JsonNode json) {
        CascadeState s = new CascadeState();
        if (json == null || json.isNull()) {
            return Optional.of(s);
        }
        try {
            Saved left = Json.MAPPER.treeToValue(json, Saved.class);
            if (left.visits() == null || left.variables() == null || left.history() == null || left.saying() == null || left.left() == null) {
                return Optional.empty();
            }
            s.node = left.node();
            s.visits = new TreeMap<>(left.visits());
            s.variables = new TreeMap<>(left.variables());
            s.history = List.copyOf(left.history());
            s.silences = left.silences();
            s.rounds = left.rounds();
            s.ear = left.ear();
            s.firstEar = left.firstEar() == null ? left.ear() : left.firstEar();
            s.brain = left.brain();
            s.mouth = left.mouth();
            s.troubled = left.troubled();
            s.ending = left.ending();
            s.saying = Unheard.of(left.saying(), left.sayingMs());
            s.sayingThen = left.sayingThen();
            s.go = left.go();
            s.owes = left.owes();
            s.uses = left.uses();
            s.left = List.copyOf(left.left());
            s.tries = left.tries() == null ? 1 : left.tries();
            s.keys = left.keys() == null ? "" : left.keys();
            s.pending = left.pending();
            s.asked = left.asked() == null ? null : new Requesting.Asked(left.asked().key(), CascadeState.NONE, Dialogue.NEVER);
            s.endsMs = left.endsMs() == null ? Dialogue.NEVER : left.endsMs();
            s.transfer = left.transfer() == null ? null : left.transfer().left();
            s.transferred = Boolean.TRUE.equals(left.transferred());
            s.overtime = Boolean.TRUE.equals(left.overtime());
            s.running = left.running() == null ? List.of() : List.copyOf(left.running());
            s.awaited = Boolean.TRUE.equals(left.awaited());
            s.unheard = left.spoken();
            s.words = left.words() == null ? "" : left.words();
            s.goesOn = Boolean.TRUE.equals(left.begun());
            s.unworded = left.unworded() == null ? List.of() : left.unworded().stream().map(Living.Unworded::lost).toList();
            return Optional.of(s);
        } catch (JacksonException foreign) {
            return Optional.empty();
        }
    }

    /// Whether a sentence was heard to its end meanwhile, or the beginning of what the brain has not ended.
    static boolean goesOnElsewhere(CascadeState s, long beforeMs, long heardMs) {
        if (begun(s, beforeMs).isEmpty() != begun(s, heardMs).isEmpty()) {
            return true;
        }
        return unheard(s, beforeMs).size() != unheard(s, heardMs).size();
    }

    /// The sentences that were not heard to their end.
    private static List<Unheard> unheard(CascadeState s, long heardMs) {
        List<Unheard> rest = new ArrayList<>();
        long fromMs = 0;
        boolean isKnown = true;
        for (int n = 0; n < s.pieces.size(); n++) {
            Piece piece = s.pieces.get(n);
            boolean grows = n == s.live;
            boolean isWhole = !grows && n < s.spoken;
            if (piece.press() == null && piece.round() != CascadeState.NONE) {
                for (Unheard each : Unheard.of(grows ? whole(piece) : piece.text(), piece.audioMs(), isWhole, heardMs - fromMs)) {
                    rest.add(each.behind(isKnown ? fromMs : Dialogue.NEVER));
                }
            }
            fromMs += piece.audioMs();
            isKnown &= isWhole;
        }
        return rest;
    }

    /// Of what is being said while it is thought out: what is a sentence by now. The rest is the brain's to say.
    private static String whole(Piece piece) {
        String rest = Sentences.of(piece.text()).rest();
        return piece.text().substring(0, piece.text().length() - rest.length());
    }

    /// What is left to be said, from the first word on that was not heard.
    static List<String> unsaid(List<Piece> pieces, long heardMs) {
        List<String> rest = new ArrayList<>();
        long fromMs = 0;
        for (Piece piece : pieces) {
            String heard = piece.audioMs() == 0 ? "" : heard(piece, heardMs - fromMs);
            fromMs += piece.audioMs();
            String text = piece.text().startsWith(heard) ? piece.text().substring(heard.length()).strip() : piece.text();
            if (!text.isEmpty() && piece.round() != CascadeState.NONE) {
                rest.add(text);
            }
        }
        return rest;
    }

    /// What is remembered of the turn's parts up to one, as far as it was heard. Each use of a tool has a result.
    static List<Remark> remarks(CascadeState s, long heardMs, int rounds) {
        return remarks(s.turns, s.pieces, heardMs, rounds);
    }

    static List<Remark> remarks(List<Round> turns, List<Piece> pieces, long heardMs, int rounds) {
        List<Remark> remarks = new ArrayList<>();
        for (int n = 0; n < rounds; n++) {
            Round round = turns.get(n);
            String text = heard(pieces, n, heardMs);
            if (text.isEmpty() && round.uses().isEmpty()) {
                continue;
            }
            remarks.add(Remark.agent(text, round.uses().stream().map(Used::use).toList()));
            for (Used used : round.uses()) {
                remarks.add(Remark.result(used.use().id(), used.result() == null ? DROPPED : used.result()));
            }
        }
        return remarks;
    }

    /// The texts of which there is audio.
    static String said(List<Piece> pieces) {
        return pieces.stream()
                .filter(piece -> piece.audioMs() > 0 && !piece.text().isEmpty())
                .map(Piece::text)
                .collect(Collectors.joining(" "));
    }

    private static String heard(List<Piece> pieces, int round, long heardMs) {
        StringBuilder text = new StringBuilder();
        long fromMs = 0;
        for (Piece piece : pieces) {
            if (piece.round() == round && (piece.audioMs() > 0 || heardMs == Dialogue.NEVER)) {
                String heard = heard(piece, heardMs - fromMs);
                text.append(text.isEmpty() || heard.isEmpty() ? "" : " ").append(heard);
            }
            fromMs += piece.audioMs();
        }
        return text.toString();
    }

    /// The words of a piece of which so much was heard: by the mouth's times, or where it gives none by its length.
    static String heard(Piece piece, long heardMs) {
        if (heardMs >= piece.audioMs()) {
            return piece.text();
        }
        if (heardMs <= 0) {
            return "";
        }
        return piece.words().isEmpty()
                ? beginning(piece.text(), piece.text().length() * heardMs / piece.audioMs())
                : words(piece, heardMs);
    }

    /// The words of a piece that are in its audio, where it is not all of it.
    ///
    /// @param chars how many there may be, where the mouth gives no times
    static String spoken(Piece piece, long chars) {
        return piece.words().isEmpty() ? beginning(piece.text(), chars) : words(piece, piece.audioMs());
    }

    private static String beginning(String text, long chars) {
        int blank = text.lastIndexOf(' ', (int) chars);
        return blank < 0 ? "" : text.substring(0, blank).strip();
    }

    private static String words(Piece piece, long heardMs) {
        StringBuilder text = new StringBuilder();
        for (Word word : piece.words()) {
            if (word.endMs() > heardMs) {
                break;
            }
            text.append(text.isEmpty() ? "" : " ").append(word.text().strip());
        }
        return text.toString();
    }

    static List<Remark> with(List<Remark> history, List<Remark> more) {
        if (more.isEmpty()) {
            return history;
        }
        List<Remark> all = new ArrayList<>(history);
        all.addAll(more);
        return fitted(all);
    }

    static List<Remark> fitted(List<Remark> remarks) {
        return Trimming.fitted(remarks, MAX_REMARKS, MAX_CHARS);
    }
}
