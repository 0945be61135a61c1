package io.agentstream.agents.capture;

import io.agentstream.agents.definition.Edge;
import io.agentstream.agents.definition.Node;
import io.agentstream.schemas.WellFormed;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.databind.node.JsonNodeFactory;

/// Understands what is captured from a caller. Nothing is guessed: what could be two things is nothing, and the question is asked
/// again. Pure; any thread.
public final class Captures {

    /// Longest text that is looked at; a caller who says more has not answered a question for a value.
    public static final int MAX_CHARS = 1_000;

    private static final Map<String, String> KEY_HINTS = Map.of(
            "en", "Press one for yes, or two for no.",
            "de", "Drücken Sie eins für ja oder zwei für nein.",
            "es", "Pulse uno para sí o dos para no.",
            "fr", "Tapez un pour oui ou deux pour non.",
            "it", "Premi uno per sì o due per no.",
            "pt", "Prima um para sim ou dois para não.",
            "nl", "Druk op één voor ja of twee voor nee.");

    private static final Pattern DIGITS = Pattern.compile("[0-9]{1,40}");

    private Captures() {}

    /// The caller has keyed something in.
    ///
    /// @param keys without the one that completes the answer
    public static Optional<Captured> ofKeys(Node.Capture capture, String keys, String language) {
        if (!DIGITS.matcher(keys).matches()) {
            return Optional.empty();
        }
        return switch (capture.what()) {
            case DIGITS -> digits(keys, capture);
            case PHONE -> Phones.of(keys, capture.country());
            case YES_NO -> switch (keys) {
                case "1" -> Optional.of(yesNo(true, language));
                case "2" -> Optional.of(yesNo(false, language));
                default -> Optional.empty();
            };
            case DATE, EMAIL, NAME -> Optional.empty();
        };
    }

    /// The caller has said something.
    ///
    /// @param language BCP 47 tag of the conversation's language; what we have no words of is heard as English
    /// @param today where the agent's clock hangs
    public static Optional<Captured> ofWords(Node.Capture capture, String words, String language, LocalDate today) {
        if (words.length() > MAX_CHARS) {
            return Optional.empty();
        }
        Lexicon lexicon = Lexicon.of(language);
        return switch (capture.what()) {
            case DIGITS -> digits(Numbers.digits(Tokens.of(words), lexicon), capture);
            case PHONE -> Phones.of(Numbers.phone(words, lexicon), capture.country());
            case YES_NO -> YesNo.of(Tokens.of(words), lexicon).map(yes -> yesNo(yes, language));
            case DATE -> Dates.of(words, lexicon, Dates.isMonthFirst(language), today)
                    .map(date -> Captured.text(date.toString(), lexicon.spoken(date)));
            case EMAIL -> Emails.of(words, lexicon);
            case NAME -> Names.of(words, lexicon);
        };
    }

    /// Whether what the caller answers to a read-back confirms it; nothing where it is neither yes nor no.
    public static Optional<Boolean> confirms(String words, String language) {
        return words.length() > MAX_CHARS ? Optional.empty() : YesNo.of(Tokens.of(words), Lexicon.of(language));
    }

    /// The first intent one of whose words or phrases the caller has said.
    public static Optional<Edge.Intent> intent(List<Edge.Intent> intents, String words) {
        String said = " " + String.join(" ", Tokens.of(WellFormed.beginning(words, MAX_CHARS))) + " ";
        return intents.stream()
                .filter(intent -> intent.words().stream()
                        .map(phrase -> String.join(" ", Tokens.of(phrase)))
                        .anyMatch(phrase -> !phrase.isEmpty() && said.contains(" " + phrase + " ")))
                .findFirst();
    }

    /// How somebody is told that yes and no can be keyed; said where nobody would hear them.
    public static String yesNoByKeys(String language) {
        return KEY_HINTS.getOrDefault(language.toLowerCase(Locale.ROOT).split("-", 2)[0], KEY_HINTS.getOrDefault("en", ""));
    }

    /// Most keys that can be an answer of this kind; none where keys are not taken.
    public static int maxKeys(Node.Capture capture) {
        return switch (capture.what()) {
            case DIGITS -> capture.max();
            case PHONE -> Phones.MAX_DIGITS + 3; // with 00 in front, or a trunk's 0
            case YES_NO -> 1;
            case DATE, EMAIL, NAME -> 0;
        };
    }

    private static Optional<Captured> digits(String digits, Node.Capture capture) {
        return digits.length() >= capture.min() && digits.length() <= capture.max()
                ? Optional.of(Captured.text(digits, Numbers.oneByOne(digits)))
                : Optional.empty();
    }

    private static Captured yesNo(boolean yes, String language) {
        Lexicon lexicon = Lexicon.of(language);
        return new Captured(JsonNodeFactory.instance.booleanNode(yes), yes ? lexicon.yes().getFirst() : lexicon.no().getFirst());
    }
}
