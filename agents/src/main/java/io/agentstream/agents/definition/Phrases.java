package io.agentstream.agents.definition;

import java.util.List;
import java.util.Locale;

/// What an agent says where its definition leaves the words to us, in the languages that we have words of. Immutable; any thread.
///
/// @param language the first part of the languages' tags
/// @param farewell said before the agent ends the call by itself
/// @param apology said when a service has failed for good
/// @param confirm asks whether `{{value}}` was understood
/// @param inBrief tells somebody who is to take the call what it is about, where nobody knows more
/// @param take tells them which keys take it and refuse it
/// @param hold said to the caller meanwhile
record Phrases(String language, String farewell, String apology, String confirm, String inBrief, String take, String hold) {

    private static final List<Phrases> ALL = List.of(
            new Phrases(
                    "en", "I am sorry, I have to end this call now. Goodbye.", "I am sorry, something does not work here at the moment.",
                    "I have understood {{value}}. Is that right?",
                    "A call from {{caller_number}}.",
                    "Press 1 to take the call, or 2 to refuse it.",
                    "I am still trying to reach somebody. Please stay on the line."),
            new Phrases(
                    "de", "Es tut mir leid, ich muss das Gespräch jetzt beenden. Auf Wiederhören.",
                    "Es tut mir leid, hier funktioniert gerade etwas nicht.", "Ich habe {{value}} verstanden. Ist das richtig?",
                    "Ein Anruf von {{caller_number}}.",
                    "Drücken Sie die 1, um den Anruf anzunehmen, oder die 2, um ihn abzulehnen.",
                    "Ich versuche noch, jemanden zu erreichen. Bitte bleiben Sie am Apparat."),
            new Phrases(
                    "es", "Lo siento, tengo que terminar la llamada. Adiós.", "Lo siento, algo no funciona en este momento.",
                    "He entendido {{value}}. ¿Es correcto?",
                    "Una llamada de {{caller_number}}.",
                    "Pulse 1 para aceptar la llamada o 2 para rechazarla.",
                    "Sigo intentando contactar con alguien. No cuelgue, por favor."),
            new Phrases(
                    "fr", "Je suis désolé, je dois mettre fin à cet appel. Au revoir.",
                    "Je suis désolé, quelque chose ne fonctionne pas pour le moment.", "J'ai compris {{value}}. Est-ce exact ?",
                    "Un appel de {{caller_number}}.",
                    "Appuyez sur 1 pour prendre l'appel, ou sur 2 pour le refuser.",
                    "J'essaie toujours de joindre quelqu'un. Restez en ligne, s'il vous plaît."),
            new Phrases(
                    "it", "Mi dispiace, devo terminare la chiamata. Arrivederci.",
                    "Mi dispiace, al momento qualcosa non funziona.", "Ho capito {{value}}. È giusto?",
                    "Una chiamata da {{caller_number}}.",
                    "Prema 1 per accettare la chiamata o 2 per rifiutarla.",
                    "Sto ancora cercando di raggiungere qualcuno. Resti in linea, per favore."),
            new Phrases(
                    "pt", "Lamento, tenho de terminar a chamada. Adeus.", "Lamento, algo não funciona neste momento.",
                    "Entendi {{value}}. Está certo?",
                    "Uma chamada de {{caller_number}}.",
                    "Prima 1 para aceitar a chamada ou 2 para a recusar.",
                    "Continuo a tentar contactar alguém. Não desligue, por favor."),
            new Phrases(
                    "nl", "Het spijt me, ik moet dit gesprek nu beëindigen. Tot ziens.",
                    "Het spijt me, er werkt op dit moment iets niet.", "Ik heb {{value}} verstaan. Klopt dat?",
                    "Een oproep van {{caller_number}}.",
                    "Druk op 1 om de oproep aan te nemen of op 2 om hem te weigeren.",
                    "Ik probeer nog iemand te bereiken. Blijf alstublieft aan de lijn."));

    /// Those of a BCP 47 tag; English where we have no words of that language.
    static Phrases of(String language) {
        String first = language.toLowerCase(Locale.ROOT).split("-", 2)[0];
        return ALL.stream().filter(each -> each.language().equals(first)).findFirst().orElseGet(ALL::getFirst);
    }
}
