package io.agentstream.orchestrator.store;

import io.agentstream.schemas.Place;
import io.agentstream.schemas.Topics;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Where runs' records lie on the topics. Of a run of an older version, or whose gateway was lost, nothing is known of a topic: its
/// records are then found by time.
public final class RunPlaces {

    private RunPlaces() {}

    /// What the gateway says at the end of the call. For the transaction that closes the run; said again it changes nothing.
    public static void add(Connection connection, long runId, List<Place> places) throws SQLException {
        Sql.updateAll(
                connection,
                """
                insert into run_places (run_id, topic, partition, first_offset, last_offset)
                select r.id, ?::text, ?::integer, ?::bigint, ?::bigint from runs r where r.id = ? and r.emptied_at is null
                on conflict (run_id, topic, partition) do update
                   set first_offset = least(run_places.first_offset, excluded.first_offset),
                       last_offset = greatest(run_places.last_offset, excluded.last_offset)
                """,
                places,
                place -> new Object[] {place.topic(), place.partition(), place.first(), place.last(), runId});
    }

    /// Takes rows that are done with out of the outbox, and keeps where the events were written that they ordered: one statement for many.
    ///
    /// @param places of the rows of which it is known
    /// @return how many rows were still there
    public static int said(Connection connection, Collection<Long> rows, Map<Long, Place> places) throws SQLException {
        List<Map.Entry<Long, Place>> known = List.copyOf(places.entrySet());
        return Sql.only(
                connection,
                """
                with gone as (
                    delete from outbox where id = any(?::bigint[]) returning id, run_id
                ), kept as (
                    insert into run_places (run_id, topic, partition, first_offset, last_offset)
                    select g.run_id, ?, p.partition, min(p.first), max(p.last)
                      from gone g
                      join unnest(?::bigint[], ?::integer[], ?::bigint[], ?::bigint[]) as p(id, partition, first, last) on p.id = g.id
                      join runs r on r.id = g.run_id and r.emptied_at is null
                     group by g.run_id, p.partition
                     order by g.run_id
                    on conflict (run_id, topic, partition) do update
                       set first_offset = least(run_places.first_offset, excluded.first_offset),
                           last_offset = greatest(run_places.last_offset, excluded.last_offset)
                )
                select count(*)::integer as rows from gone
                """,
                row -> row.getInt("rows"),
                rows.toArray(Long[]::new),
                Topics.RUN_EVENTS.name(),
                known.stream().map(Map.Entry::getKey).toArray(Long[]::new),
                known.stream().map(each -> each.getValue().partition()).toArray(Integer[]::new),
                known.stream().map(each -> each.getValue().first()).toArray(Long[]::new),
                known.stream().map(each -> each.getValue().last()).toArray(Long[]::new));
    }

    static void forget(Connection connection, long[] runs) throws SQLException {
        Sql.update(connection, "delete from run_places where run_id = any(?)", (Object) runs);
    }

    /// A run as its records are looked for.
    ///
    /// @param offeredAt when the socket was accepted
    /// @param endedAt when the call ended, as the gateway says, or else the run; null while it is not over
    /// @param endSeq number of the call's `ended`; null where none was read
    /// @param emptied whether nothing personal of it is kept
    /// @param wordsGone whether what was said in it is not kept
    /// @param media the key of its sound, wrapped; null where it is destroyed, or was never there
    /// @param sealed whether it was ever there
    /// @param places at most one for each topic
    public record Located(
            long id,
            String name,
            UUID callId,
            Instant offeredAt,
            @Nullable Instant endedAt,
            int slot,
            @Nullable Long endSeq,
            boolean emptied,
            boolean wordsGone,
            boolean sealed,
            @Nullable String media,
            @Nullable Instant keysMadeAt,
            @Nullable String words,
            List<Place> places) {

        public Located {
            places = List.copyOf(places);
        }

        /// What of it could be read when it was found.
        public Kept kept() {
            return Kept.of(emptied, wordsGone, sealed, media != null);
        }

        private Located withPlaces(List<Place> of) {
            return new Located(
                    id, name, callId, offeredAt, endedAt, slot, endSeq, emptied, wordsGone, sealed, media, keysMadeAt, words, of);
        }

        /// Without the keys.
        @Override
        public String toString() {
            return "Located[" + name + "]";
        }
    }

    public static Optional<Located> find(Connection connection, long organizationId, long runId) throws SQLException {
        Optional<Located> run = Sql.first(
                connection,
                """
                select r.id, r.name, r.call_id, coalesce(o.at, r.created_at) as offered_at,
                       case when r.ended_at is not null then coalesce(e.at, r.ended_at) end as ended_at,
                       r.gateway_slot, r.emptied_at is not null as emptied,
                       r.words_gone_at is not null as words_gone, k.run_id is not null as sealed, k.media, k.words, k.made_at,
                       e.source_number as end_seq
                  from runs r
                  left join run_keys k on k.run_id = r.id
                  left join lateral (select at from run_events
                                      where run_id = r.id and type = 'offered' and source_topic is not null limit 1) o on true
                  left join lateral (select at, source_number from run_events
                                      where run_id = r.id and type = 'ended' and source_topic is not null limit 1) e on true
                 where r.organization_id = ? and r.id = ?
                """,
                row -> new Located(
                        row.getLong("id"),
                        row.getString("name"),
                        row.getObject("call_id", UUID.class),
                        Sql.instant(row, "offered_at"),
                        Sql.instantOrNull(row, "ended_at"),
                        row.getInt("gateway_slot"),
                        Sql.longOrNull(row, "end_seq"),
                        row.getBoolean("emptied"),
                        row.getBoolean("words_gone"),
                        row.getBoolean("sealed"),
                        row.getString("media"),
                        Sql.instantOrNull(row, "made_at"),
                        row.getString("words"),
                        List.of()),
                organizationId,
                runId);
        return run.isEmpty() ? run : Optional.of(run.get().withPlaces(of(connection, runId)));
    }

    /// What of a run may still be read, as far as its organisation keeps it: what the topics have let go is another matter.
    ///
    /// @param run whether anything personal of it
    /// @param words whether what was said in it
    /// @param media whether the sound of it
    public record Kept(boolean run, boolean words, boolean media) {

        static final Kept NOTHING = new Kept(false, false, false);

        /// @param sealed whether there ever was a key of its sound
        /// @param hasMedia whether it is still there
        private static Kept of(boolean emptied, boolean wordsGone, boolean sealed, boolean hasMedia) {
            return new Kept(!emptied, !emptied && !wordsGone, !emptied && (!sealed || hasMedia));
        }
    }

    public static Kept kept(Connection connection, long runId) throws SQLException {
        return Sql.first(
                        connection,
                        """
                        select r.emptied_at is not null as emptied, r.words_gone_at is not null as words_gone,
                               k.run_id is not null as sealed, k.media is not null as has_media
                          from runs r
                          left join run_keys k on k.run_id = r.id
                         where r.id = ?
                        """,
                        row -> Kept.of(
                                row.getBoolean("emptied"), row.getBoolean("words_gone"), row.getBoolean("sealed"),
                                row.getBoolean("has_media")),
                        runId)
                .orElse(Kept.NOTHING);
    }

    /// Of several partitions of a topic, which there are only where the topic got more of them meanwhile, the first.
    private static List<Place> of(Connection connection, long runId) throws SQLException {
        return Sql.query(
                connection,
                """
                select distinct on (topic) topic, partition, first_offset, last_offset
                  from (select topic, partition, first_offset, last_offset from run_places where run_id = ?
                        union all
                        select source_topic, source_partition, min(source_offset), max(source_offset)
                          from run_events where run_id = ? and source_topic is not null group by source_topic, source_partition) p
                 order by topic, partition
                """,
                row -> new Place(
                        row.getString("topic"), row.getInt("partition"), row.getLong("first_offset"), row.getLong("last_offset")),
                runId,
                runId);
    }
}
