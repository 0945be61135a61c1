package io.agentstream.agents.capture;

import java.util.List;
import java.util.Optional;

/// Yes or no, from words. Pure; any thread.
final class YesNo {

    private YesNo() {}

    /// Nothing where it is neither, or both.
    static Optional<Boolean> of(List<String> said, Lexicon lexicon) {
        boolean yes = false;
        boolean no = false;
        boolean doubt = false;
        int at = 0;
        while (at < said.size()) {
            int unsure = Lexicon.length(lexicon.unsure(), said, at);
            if (unsure > 0) {
                return Optional.empty();
            }
            int negated = negated(said, at, lexicon);
            int agreed = Lexicon.length(lexicon.yes(), said, at);
            int denied = Lexicon.length(lexicon.no(), said, at);
            no |= negated > 0 || denied > 0;
            doubt |= negated == 0 && Lexicon.length(lexicon.negations(), said, at) > 0; // "stimmt nicht"
            yes |= negated == 0 && agreed > 0 && denied == 0;
            at += Math.max(1, Math.max(negated, Math.max(agreed, denied)));
        }
        return yes == no || (yes && doubt) ? Optional.empty() : Optional.of(yes);
    }

    /// "Not right", "no es correcto": how many words it is that a negation turns into a no; 0 where none does.
    private static int negated(List<String> said, int at, Lexicon lexicon) {
        int negation = Lexicon.length(lexicon.negations(), said, at);
        for (int between = 0; negation > 0 && between <= 2; between++) {
            int agreed = Lexicon.length(lexicon.yes(), said, at + negation + between);
            if (agreed > 0) {
                return negation + between + agreed;
            }
        }
        return 0;
    }
}
