package io.agentstream.agents.dialogue;

import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Words by which somebody says that they listen, and wants nothing: while the agent speaks they are no interruption. Pure.
final class Backchannels {

    /// More than this many words are meant.
    private static final int MAX_WORDS = 3;

    private static final Set<String> EVERYWHERE = Set.of("mhm", "mm", "mmm", "hm", "hmm", "mm-hmm", "uh", "um", "ah", "aha", "oh", "ok", "okay");

    /// By language.
    private static final Map<String, Set<String>> WORDS = Map.of(
            "en", Set.of("uh-huh", "huh", "yeah", "yep", "yes", "right", "sure", "i", "see", "got", "it", "alright", "all", "good", "great", "fine"),
            "de", Set.of("ja", "jaja", "genau", "gut", "klar", "richtig", "ach", "so", "verstehe", "stimmt", "naja"),
            "es", Set.of("sí", "si", "ajá", "claro", "vale", "bueno", "ya", "entiendo", "bien"),
            "fr", Set.of("oui", "ouais", "d'accord", "bien", "sûr", "voilà", "exact", "je", "vois"),
            "it", Set.of("sì", "si", "già", "eh", "beh", "certo", "chiaro", "giusto", "esatto", "ecco", "bene", "va", "ho", "capito", "capisco", "d'accordo"),
            "pt", Set.of("sim", "pois", "é", "tá", "está", "certo", "claro", "bem", "bom", "isso", "exato", "já", "sei", "entendi", "entendo", "percebo",
                    "uhum", "aham"),
            "nl", Set.of("ja", "jaja", "jawel", "juist", "klopt", "precies", "zeker", "goed", "prima", "oké", "oke", "nou", "ik", "snap", "begrijp", "het"));

    private Backchannels() {}

    /// @param language a BCP 47 tag, as `en-US`
    static boolean isOne(String language, String text) {
        String[] words = text.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}'-]+", " ").strip().split(" ", -1);
        if (words[0].isEmpty() || words.length > MAX_WORDS) {
            return false;
        }
        Set<String> own = WORDS.getOrDefault(language.split("-", 2)[0].toLowerCase(Locale.ROOT), Set.of());
        for (String word : words) {
            if (!EVERYWHERE.contains(word) && !own.contains(word)) {
                return false;
            }
        }
        return true;
    }
}
