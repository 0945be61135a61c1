package io.agentstream.agents.dialogue;

import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// What has to be known of a language to tell whether a caller is done: its closed classes of words, which are few, and those of numbers.
/// Small letters. Any thread.
///
/// @param answers words that are answers, and those that stand beside them
/// @param open words behind which nobody stops: articles, conjunctions, prepositions, auxiliaries, pronouns that are subjects, what one says while thinking
/// @param asks auxiliaries with which a question begins
/// @param asked whom it asks of, behind these
/// @param answering auxiliaries that end an answer behind its subject: yes I did
/// @param digits digits as words, and what stands between them
/// @param being forms of "to be", with which what is asked for somewhere before may end: where my parcel is
/// @param wanted words that ask for something
record Tongue(
        Set<String> answers, Set<String> open, Set<String> asks, Set<String> asked, Set<String> answering, Set<String> digits,
        Set<String> being, Set<String> wanted) {

    private static final Tongue UNKNOWN = new Tongue(
            Set.of(), Set.of(), Set.of(), Set.of(), Set.of(), Set.of(), Set.of(), Set.of());

    private static final Map<String, Tongue> ALL = Map.of(
            "en", new Tongue(
                    words("yes yeah yep yup no nope please thanks thank you sure okay ok correct right that's exactly maybe later never fine good"
                            + " not now of course alright all"),
                    words("a an the my your our their his its every each and or but because although unless until since as than whether if when while"
                            + " where which whose to of for from with without at into onto about behind beside between against"
                            + " during under near per toward towards via in on by is are am was were be been being has have had do does did can could"
                            + " would will shall should must may might i we they he she it's i'm i'd i've i'll we're we'd we've they're there's that's he's"
                            + " she's what's isn't aren't don't doesn't didn't can't won't wouldn't couldn't well like double triple says say said think guess"
                            + " need want wants um uh er erm hmm very quite just only some any another these those"),
                    words("can could would will do does did are is am was were have has had should may might must"),
                    words("i you we they he she it there"),
                    words("do does did am is are was were have has had can could would will should"),
                    words("zero oh one two three four five six seven eight nine double triple"),
                    words("is are was were am"), words("where what who which how when why")),
            "de", new Tongue(
                    words("ja jawohl nein nee doch bitte danke genau richtig stimmt gut gerne okay ok klar vielleicht später das"),
                    words("der die das den dem des ein eine einen einem einer eines mein meine meinen meinem meiner dein ihr ihre ihren unser unsere"
                            + " unseren kein keine keinen und oder aber weil dass ob wenn als bis obwohl damit sondern denn zu zum zur von vom für mit"
                            + " ohne in im ins an am auf bei beim aus nach über unter vor hinter neben zwischen gegen durch wegen seit ist sind war"
                            + " waren bin habe hat haben hatte kann können könnte könnten würde würden möchte möchten will wollte soll muss darf ich wir er"
                            + " also äh ähm hm nicht sehr nur auch noch glaube"),
                    words("kann könnte können könnten würde würden möchte darf dürfte ist sind haben hat muss soll"),
                    words("ich sie du wir man er es"),
                    Set.of(),
                    words("null eins ein zwei zwo drei vier fünf sechs sieben acht neun doppel"),
                    words("ist sind war waren bin"), words("wo was wer wie wann warum welche welcher welches")),
            "es", new Tongue(
                    words("sí si no vale claro correcto exacto gracias por favor bueno bien quizás"),
                    words("el la los las un una unos unas mi mis su sus nuestro nuestra y o pero porque aunque cuando que si como donde a de del al para"
                            + " por con sin en sobre entre hasta desde es son está están era fue soy estoy he ha quiero quería quisiera necesito puede"
                            + " podría puedo yo creo eh em pues muy más"),
                    words("puede podría puedo"),
                    words("usted yo"),
                    Set.of(),
                    words("cero uno dos tres cuatro cinco seis siete ocho nueve doble"),
                    words("es son está están era"), words("dónde qué quién cómo cuándo cuál")),
            "fr", new Tongue(
                    words("oui ouais non merci d'accord exact exactement bien sûr peut-être c'est ça pas"),
                    words("le la les un une des mon ma mes votre vos notre nos son sa ses et ou mais parce que qui si quand comme où à au aux de du pour"
                            + " par avec sans dans en sur sous chez entre vers depuis est sont était suis ai avez avons a je nous il elle on j'ai c'est"
                            + " voudrais peux pouvez pourriez euh alors très plus crois donc"),
                    words("pouvez pourriez est-ce"),
                    words("vous que je"),
                    Set.of(),
                    words("zéro un deux trois quatre cinq six sept huit neuf double"),
                    words("est sont était"), words("où quoi qui comment quand quel quelle")));

    /// Of any language: what stands beside an answer, and is none alone.
    private static final Set<String> BESIDE = words("you that's not now of all das por c'est ça pas");

    private static Set<String> words(String words) {
        return Set.of(words.split(" ", -1));
    }

    /// @param language a BCP 47 tag, as `en-US`
    static Tongue of(String language) {
        return ALL.getOrDefault(language.split("-", 2)[0].toLowerCase(Locale.ROOT), UNKNOWN);
    }

    /// Whether there is nothing but an answer, and what stands beside it.
    boolean isAnswer(String[] words) {
        boolean isOne = false;
        for (String word : words) {
            if (!answers.contains(word)) {
                return false;
            }
            isOne |= !BESIDE.contains(word);
        }
        return isOne;
    }

    /// Whether a word is said when a number or a name is told sign by sign.
    boolean isSign(String word) {
        return digits.contains(word) || word.length() == 1 || word.chars().allMatch(Character::isDigit);
    }
}
