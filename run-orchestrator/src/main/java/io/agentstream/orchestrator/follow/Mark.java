package io.agentstream.orchestrator.follow;

import java.util.Collection;
import java.util.Iterator;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How far somebody has come in what happens in all runs: he has everything up to a position but for some, which were not to be seen
/// when he passed them. The same in every process, since positions are the database's.
///
/// @param high position up to which he has come
/// @param holes positions up to there that he does not have
public record Mark(long high, SortedSet<Long> holes) {
    /// Of more holes the smallest ones are forgotten, which were waited for longest.
    static final int MAX_HOLES = 100;

    private static final int RADIX = 36;
    private static final Pattern FORM = Pattern.compile("([0-9]{1,18})(-[0-9a-z]{1,8}(?:\\.[0-9a-z]{1,8}){0,99})?");

    public Mark {
        holes = new TreeSet<>(holes);
    }

    public static Mark of(long high, Collection<Long> holes) {
        SortedSet<Long> below = new TreeSet<>(holes).headSet(high);
        Iterator<Long> smallest = below.iterator();
        for (int over = below.size() - MAX_HOLES; over > 0; over--) {
            smallest.next();
            smallest.remove();
        }
        return new Mark(high, below);
    }

    /// Whether he does not have what is at the position.
    public boolean lacks(long position) {
        return position > high || holes.contains(position);
    }

    /// In a form that [#parse] reads: the position, and how far below it the holes are.
    public String text() {
        StringBuilder text = new StringBuilder().append(high);
        for (long hole : holes) {
            text.append(text.indexOf("-") < 0 ? '-' : '.').append(Long.toString(high - hole, RADIX));
        }
        return text.toString();
    }

    /// Nothing where the text is none of [#text].
    public static Optional<Mark> parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            return Optional.empty();
        }
        long high = Long.parseLong(form.group(1));
        SortedSet<Long> holes = new TreeSet<>();
        if (form.group(2) != null) {
            for (String below : form.group(2).substring(1).split("\\.", -1)) {
                long hole = high - Long.parseLong(below, RADIX);
                if (hole <= 0 || hole >= high) {
                    return Optional.empty();
                }
                holes.add(hole);
            }
        }
        return Optional.of(new Mark(high, holes));
    }
}
