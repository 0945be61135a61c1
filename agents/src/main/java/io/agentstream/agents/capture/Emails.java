package io.agentstream.agents.capture;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// E-mail addresses, written by the service or spelled by the caller: "ada dot l at example dot com". Pure; any thread.
final class Emails {

    private static final Pattern WRITTEN = Pattern.compile("[A-Za-z0-9._+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\\.){1,4}[A-Za-z]{2,24}");
    private static final List<String> AS_IN = List.of("for", "wie", "comme", "de", "come", "van");
    private static final List<String> SIGNS = List.of(".", "-", "_", "+");

    private Emails() {}

    static Optional<Captured> of(String words, Lexicon lexicon) {
        String compact = words.replaceAll("\\s{0,9}@\\s{0,9}", "@").replaceAll("\\s\\.\\s", ".");
        Matcher written = WRITTEN.matcher(compact);
        if (written.find()) {
            return captured(written.group(), lexicon);
        }
        List<String> said = Tokens.of(words.replace("@", " " + lexicon.at().getFirst() + " ").replace("_", " " + sign(lexicon, 2) + " "));
        int at = lastAt(said, lexicon);
        if (at <= 0 || at == said.size() - 1) {
            return Optional.empty();
        }
        List<String> local = new ArrayList<>(said.subList(0, at));
        while (local.size() > 1 && isAbout(local, lexicon)) {
            local.removeFirst();
        }
        String address = joined(local, lexicon) + "@" + joined(said.subList(at + 1, said.size()), lexicon);
        return WRITTEN.matcher(address).matches() ? captured(address, lexicon) : Optional.empty();
    }

    /// Letters that stand alone are spelled, but for the one of "e-mail".
    private static boolean isAbout(List<String> said, Lexicon lexicon) {
        return lexicon.about().contains(said.getFirst()) && (said.getFirst().length() > 1 || said.get(1).equals("mail"));
    }

    private static int lastAt(List<String> said, Lexicon lexicon) {
        for (int at = said.size() - 1; at >= 0; at--) {
            if (Lexicon.length(lexicon.at(), said, at) > 0) {
                return at;
            }
        }
        return -1;
    }

    private static String joined(List<String> said, Lexicon lexicon) {
        StringBuilder out = new StringBuilder();
        int at = 0;
        while (at < said.size()) {
            int sign = Lexicon.index(lexicon.signs(), said, at);
            if (sign >= 0) {
                out.append(SIGNS.get(sign));
                at += Lexicon.length(lexicon.signs(), said, at);
            } else if (said.get(at).length() == 1 && isAsIn(said, at)) {
                out.append(said.get(at));
                at += said.get(at + 1).equals("as") ? 4 : 3;
            } else {
                int digit = said.get(at).length() > 1 ? Lexicon.index(lexicon.digits(), List.of(said.get(at)), 0) : -1;
                out.append(digit >= 0 ? Integer.toString(digit) : said.get(at));
                at++;
            }
        }
        return out.toString();
    }

    /// "A as in Ada", "a for Ada": the letter alone is meant.
    private static boolean isAsIn(List<String> said, int at) {
        List<String> rest = said.subList(at + 1, Math.min(said.size(), at + 4));
        String letter = said.get(at);
        return (rest.size() >= 3 && rest.get(0).equals("as") && rest.get(1).equals("in") && rest.get(2).startsWith(letter))
                || (rest.size() >= 2 && AS_IN.contains(rest.get(0)) && rest.get(1).length() > 1 && rest.get(1).startsWith(letter));
    }

    private static Optional<Captured> captured(String written, Lexicon lexicon) {
        String address = written.toLowerCase(Locale.ROOT);
        int at = address.indexOf('@');
        String local = address.substring(0, at);
        if (local.startsWith(".") || local.endsWith(".") || local.contains("..")) {
            return Optional.empty();
        }
        StringBuilder spoken = new StringBuilder();
        for (int index = 0; index < local.length(); index++) {
            String each = local.substring(index, index + 1);
            int sign = SIGNS.indexOf(each);
            spoken.append(sign >= 0 ? sign(lexicon, sign) : each).append(' ');
        }
        spoken.append(lexicon.at().getFirst()).append(' ')
                .append(address.substring(at + 1).replace(".", " " + sign(lexicon, 0) + " ").replace("-", " " + sign(lexicon, 1) + " "));
        return Optional.of(Captured.text(address, spoken.toString()));
    }

    private static String sign(Lexicon lexicon, int which) {
        return lexicon.signs().get(which).split("\\|", 2)[0];
    }
}
