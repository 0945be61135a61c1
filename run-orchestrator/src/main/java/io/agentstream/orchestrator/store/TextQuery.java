package io.agentstream.orchestrator.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// What is looked for in transcripts, as people write it to search engines: words, `"a phrase"`, `or`, `-without`. Letters are taken in
/// either case, words as they were said and not their stems, since languages mix.
///
/// @param within in the words of the organisation's runs
/// @param whole in the words of one utterance
/// @param any what is looked for, in the words of one utterance: one part of it is enough
/// @param words those that are looked for, in lower case; never none
public record TextQuery(String within, String whole, String any, List<String> words) {
    private static final Pattern LEXEME = Pattern.compile("'((?:[^']|'')+)'");
    private static final Pattern BETWEEN_PARTS = Pattern.compile(" [&|] ");

    /// Nothing where there is no word without which a transcript cannot be found: everything would have to be read.
    public static Optional<TextQuery> parse(Connection connection, long organizationId, String text) throws SQLException {
        record Parsed(String whole, String needed) {}
        Parsed parsed = Sql.only(
                connection,
                "select q::text as whole, querytree(q) as needed from websearch_to_tsquery('simple', ?) q",
                row -> new Parsed(row.getString("whole"), row.getString("needed")),
                text);
        if (parsed.needed().isEmpty() || parsed.needed().equals("T")) {
            return Optional.empty();
        }
        String within = LEXEME.matcher(parsed.whole())
                .replaceAll(found -> Matcher.quoteReplacement("'" + prefix(organizationId) + found.group(1) + "'"));
        List<String> parts = new ArrayList<>();
        Set<String> words = new LinkedHashSet<>();
        for (String each : BETWEEN_PARTS.split(parsed.whole(), -1)) {
            String part = bare(each);
            if (!part.startsWith("!")) {
                parts.add(part);
                LEXEME.matcher(part).results().forEach(word ->
                        words.add(word.group(1).replace("''", "'").replace("\\\\", "\\").toLowerCase(Locale.ROOT)));
            }
        }
        return Optional.of(new TextQuery(
                within, parsed.whole(), parts.stream().map(part -> "( " + part + " )").collect(Collectors.joining(" | ")),
                List.copyOf(words)));
    }

    /// What stands before each word of an organisation.
    static String prefix(long organizationId) {
        return organizationId + " ";
    }

    /// Without the parentheses of what it stands in.
    private static String bare(String part) {
        return part.replace("( ", "").replace(" )", "");
    }

    /// For `like any`, to look at those utterances only that may be the one.
    String[] patterns() {
        return words.stream()
                .map(word -> "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%")
                .toArray(String[]::new);
    }

    /// Without the words, which may be a caller's.
    @Override
    public String toString() {
        return "TextQuery[" + words.size() + " words]";
    }
}
