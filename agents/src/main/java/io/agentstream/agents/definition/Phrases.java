package io.agentstream.agents.definition;

import java.util.List;
import java.util.Locale;

/// What an agent says where its definition leaves the words to us, in the languages that we have words of. Immutable; any thread.
///
/// @param language the first part of the languages' tags
/// @param farewell said before the agent ends the call by itself
/// @param apology said when a service has failed for good
/// @param confirm asks whether `{{value}}` was understood
record Phrases(String language, String farewell, String apology, String confirm) {

    private static final List<Phrases> ALL = List.of(
            new Phrases(
                    "en", "I am sorry, I have to end this call now. Goodbye.", "I am sorry, something does not work here at the moment.",
                    "I have understood {{value}}. Is that right?"),
            new Phrases(
                    "de", "Es tut mir leid, ich muss das Gespräch jetzt beenden. Auf Wiederhören.",
                    "Es tut mir leid, hier funktioniert gerade etwas nicht.", "Ich habe {{value}} verstanden. Ist das richtig?"),
            new Phrases(
                    "es", "Lo siento, tengo que terminar la llamada. Adiós.", "Lo siento, algo no funciona en este momento.",
                    "He entendido {{value}}. ¿Es correcto?"),
            new Phrases(
                    "fr", "Je suis désolé, je dois mettre fin à cet appel. Au revoir.",
                    "Je suis désolé, quelque chose ne fonctionne pas pour le moment.", "J'ai compris {{value}}. Est-ce exact ?"),
            new Phrases(
                    "it", "Mi dispiace, devo terminare la chiamata. Arrivederci.",
                    "Mi dispiace, al momento qualcosa non funziona.", "Ho capito {{value}}. È giusto?"),
            new Phrases(
                    "pt", "Lamento, tenho de terminar a chamada. Adeus.", "Lamento, algo não funciona neste momento.",
                    "Entendi {{value}}. Está certo?"),
            new Phrases(
                    "nl", "Het spijt me, ik moet dit gesprek nu beëindigen. Tot ziens.",
                    "Het spijt me, er werkt op dit moment iets niet.", "Ik heb {{value}} verstaan. Klopt dat?"));

    /// Those of a BCP 47 tag; English where we have no words of that language.
    static Phrases of(String language) {
        String first = language.toLowerCase(Locale.ROOT).split("-", 2)[0];
        return ALL.stream().filter(each -> each.language().equals(first)).findFirst().orElseGet(ALL::getFirst);
    }
}
