package io.agentstream.orchestrator.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Runs that are found by something of which few have the same: a provider's name for the call, a word that is seldom said. And where
/// in a run the words stand.
final class RunSearch {
    /// More are not few: they are looked for among all, a stretch at a time.
    static final int FEW = 2_000;

    private static final int MAX_CHARACTERS = 20_000;

    private static final String SESSION = "r.provider_session";
    private static final String CALL_SID = "r.gathered_context ->> 'cloudonix_call_sid'";
    private static final String CALL_ID = "r.gathered_context ->> 'call_id'";

    /// With the name three times.
    static final String OF_EXTERNAL_CALL = "(" + CALL_ID + " = ? or " + SESSION + " = ? or " + CALL_SID + " = ?)";

    /// Without what would read an index of all runs instead.
    private static final String BY_INDEX =
            """
            select set_config('enable_seqscan', 'off', true), set_config('enable_sort', 'on', true),
                   set_config('enable_incremental_sort', 'on', true)
            """;

    /// The first utterance that has all that is looked for, or else one that has a part of it.
    private static final String JOIN =
            """

              left join lateral (
                  select v.position, v.at, v.type, v.text
                    from (select e.position, e.at, e.type, left(e.payload ->> 'text', #) as text from run_events e
                           where e.run_id = r.id and e.type in ('heard', 'said')
                             and lower(left(e.payload ->> 'text', #)) like any(?::text[])) v
                   where to_tsvector('simple', v.text) @@ ?::tsquery
                   order by to_tsvector('simple', v.text) @@ ?::tsquery desc, v.position
                   limit 1) m on true
            """
                    .replace("#", Integer.toString(MAX_CHARACTERS));

    private RunSearch() {}

    /// Runs that have the words, in no order; nothing where they are more than [#FEW].
    static Optional<long[]> withWords(Connection connection, TextQuery text) throws SQLException {
        Sql.only(connection, BY_INDEX, row -> true);
        return few(Sql.query(
                connection,
                "select run_id from run_words where words @@ ?::tsquery limit ?",
                row -> row.getLong(1),
                text.within(),
                FEW + 1));
    }

    /// Runs whose call the provider, or who made the stream's URL, calls so; nothing where that is not asked, or they are more than
    /// [#FEW].
    static Optional<long[]> ofExternalCall(Connection connection, long organizationId, @Nullable String name) throws SQLException {
        if (name == null) {
            return Optional.empty();
        }
        Sql.only(connection, BY_INDEX, row -> true);
        return few(Sql.query(
                connection,
                part(CALL_ID, "") + " union all " + part(SESSION, otherThanCallId(SESSION)) + " union all "
                        + part(CALL_SID, otherThanCallId(CALL_SID)),
                row -> row.getLong(1),
                organizationId, name, name, FEW + 1, organizationId, name, name, FEW + 1, organizationId, name, name, FEW + 1));
    }

    private static String otherThanCallId(String column) {
        return " and " + column + " is distinct from " + CALL_ID;
    }

    /// As the indices of V11 and V17 have it.
    private static String part(String column, String condition) {
        return "(select r.id from runs r where r.organization_id = ? and left(" + column + ", " + RunRange.INDEXED_CHARACTERS
                + ") = left(?, " + RunRange.INDEXED_CHARACTERS + ") and " + column + " = ?" + condition + " and " + column
                + " is not null limit ?)";
    }

    private static Optional<long[]> few(List<Long> found) {
        return found.size() > FEW
                ? Optional.empty()
                : Optional.of(found.stream().mapToLong(Long::longValue).distinct().toArray());
    }

    /// What a listing has to say also, where words are looked for.
    static String columns(@Nullable TextQuery text) {
        return text == null
                ? ""
                : ", m.position as match_position, m.at as match_at, m.type as match_type, m.text as match_text";
    }

    static String join(@Nullable TextQuery text) {
        return text == null ? "" : JOIN;
    }

    /// Of [#join].
    static List<Object> parameters(@Nullable TextQuery text) {
        return text == null ? List.of() : List.of(text.patterns(), text.any(), text.whole());
    }

    /// The run with what [#columns] say of it; as it is where its words were taken away meanwhile.
    static Runs.Run withMatch(Runs.Run run, ResultSet row, TextQuery text) throws SQLException {
        String utterance = row.getString("match_text");
        return utterance == null
                ? run
                : run.withMatch(new Runs.Match(
                        row.getLong("match_position"), Sql.instant(row, "match_at"), row.getString("match_type").equals("said"),
                        Snippet.around(utterance, text.words())));
    }
}
