package io.agentstream.agents.capture;

import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/// Days, from words: "tomorrow", "next Friday", "in two weeks", "the third of May", "3. Mai", "5/3/2027". A day without a year is the next
/// one. What could be two days is none. Pure; any thread.
final class Dates {

    private static final Pattern ISO = Pattern.compile("(?<![0-9])([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?![0-9])");
    private static final Pattern NUMERIC =
            Pattern.compile("(?<![0-9])([0-9]{1,2})\\s?([./-])\\s?([0-9]{1,2})(?:\\s?[./-]\\s?([0-9]{4}|[0-9]{2}))?(?![0-9])");
    private static final Pattern ORDINAL = Pattern.compile("([0-9]{1,2})(?:st|nd|rd|th|er|e|o|a|de|ste)");

    /// What stands between a day and its month.
    private static final Set<String> BETWEEN = Set.of("of", "the", "de", "del", "di", "den", "do", "da");

    private static final List<String> ENGLISH_ORDINALS = List.of(
            "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth",
            "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth", "twentieth");
    private static final List<String> GERMAN_ORDINALS = List.of(
            "erst", "zweit", "dritt", "viert", "funft", "sechst", "siebt", "acht", "neunt", "zehnt", "elft", "zwolft", "dreizehnt",
            "vierzehnt", "funfzehnt", "sechzehnt", "siebzehnt", "achtzehnt", "neunzehnt");

    /// A day and a week, as they are counted.
    private static final Map<String, List<String>> UNITS = Map.of(
            "en", List.of("day|days", "week|weeks"), "de", List.of("tag|tage|tagen", "woche|wochen"),
            "es", List.of("dia|dias", "semana|semanas"), "fr", List.of("jour|jours", "semaine|semaines"),
            "it", List.of("giorno|giorni", "settimana|settimane"), "pt", List.of("dia|dias", "semana|semanas"),
            "nl", List.of("dag|dagen", "week|weken"));

    /// What says that something is over.
    private static final Set<String> AGO = Set.of("ago", "vor", "hace", "fa", "geleden", "last", "letzten", "yesterday", "gestern");

    private static final int MAX_AHEAD = 366;

    private record Count(int value, int words) {}

    private Dates() {}

    /// Whether people who speak so write the month before the day.
    static boolean isMonthFirst(String language) {
        return language.equals("en") || language.equals("en-US") || language.startsWith("en-US-") || language.equals("en-PH");
    }

    static Optional<LocalDate> of(String words, Lexicon lexicon, boolean monthFirst, LocalDate today) {
        Set<LocalDate> found = new HashSet<>();
        Optional<LocalDate> written = written(words, monthFirst, today);
        List<String> said = Tokens.of(words);
        if (said.stream().anyMatch(AGO::contains)) {
            return Optional.empty();
        }
        written.ifPresent(found::add);
        relative(said, lexicon, today).ifPresent(found::add);
        if (found.isEmpty()) {
            found.addAll(named(said, lexicon, today));
        }
        List<DayOfWeek> weekdays = weekdays(said, lexicon);
        if (found.isEmpty() && weekdays.isEmpty() && !isMonthNamed(said, lexicon)) {
            onlyDay(said, lexicon, today).ifPresent(found::add);
        }
        if (found.isEmpty() && weekdays.size() == 1) {
            return Optional.of(today.with(TemporalAdjusters.next(weekdays.getFirst())));
        }
        return found.size() == 1 && weekdays.stream().allMatch(found.iterator().next().getDayOfWeek()::equals)
                ? Optional.of(found.iterator().next())
                : Optional.empty();
    }

    private static Optional<LocalDate> written(String words, boolean monthFirst, LocalDate today) {
        Matcher iso = ISO.matcher(words);
        if (iso.find()) {
            return day(Integer.parseInt(iso.group(1)), Integer.parseInt(iso.group(2)), Integer.parseInt(iso.group(3)));
        }
        Matcher numeric = NUMERIC.matcher(words);
        if (!numeric.find()) {
            return Optional.empty();
        }
        boolean swapped = monthFirst && !numeric.group(2).equals(".");
        int month = Integer.parseInt(numeric.group(swapped ? 1 : 3));
        int day = Integer.parseInt(numeric.group(swapped ? 3 : 1));
        return numeric.group(4) == null ? next(month, day, today) : day(year(numeric.group(4), today), month, day);
    }

    /// Two digits are of this century, unless that is more than ten years ahead: then somebody was born.
    private static int year(String written, LocalDate today) {
        int year = Integer.parseInt(written);
        if (written.length() == 4) {
            return year;
        }
        int century = today.getYear() / 100 * 100;
        return century + year > today.getYear() + 10 ? century - 100 + year : century + year;
    }

    private static Optional<LocalDate> relative(List<String> said, Lexicon lexicon, LocalDate today) {
        List<String> units = UNITS.getOrDefault(lexicon.language(), List.of());
        for (int at = 0; at < said.size(); at++) {
            int named = Lexicon.index(lexicon.days(), said, at);
            if (named >= 0) {
                return Optional.of(today.plusDays(named));
            }
            int count = Numbers.value(said, at, lexicon);
            int behind = at + (count > 0 && Numbers.isTwoWords(said, at, lexicon) ? 2 : 1);
            int unit = count > 0 && behind < said.size() ? Lexicon.index(units, said, behind) : -1;
            if (unit >= 0 && count * (unit == 0 ? 1 : 7) <= MAX_AHEAD) {
                return Optional.of(today.plusDays((long) count * (unit == 0 ? 1 : 7)));
            }
        }
        return Optional.empty();
    }

    /// Days whose month is named.
    private static List<LocalDate> named(List<String> said, Lexicon lexicon, LocalDate today) {
        List<LocalDate> found = new ArrayList<>();
        for (int at = 0; at < said.size(); at++) {
            int month = Lexicon.index(lexicon.months(), said, at) + 1;
            if (month > 0) {
                Optional<Count> before = before(said, at, lexicon);
                int behind = at + 1;
                while (behind < said.size() && BETWEEN.contains(said.get(behind))) {
                    behind++;
                }
                Optional<Count> after = before.isPresent() ? Optional.empty() : number(said, behind, lexicon).filter(Dates::isDay);
                Optional<Count> day = before.or(() -> after);
                int from = behind + after.map(Count::words).orElse(0);
                if (day.isPresent()) {
                    int which = day.get().value();
                    int year = spokenYear(said, from, lexicon);
                    (year == 0 ? next(month, which, today) : day(year, month, which)).ifPresent(found::add);
                }
            }
        }
        return found;
    }

    private static boolean isMonthNamed(List<String> said, Lexicon lexicon) {
        return IntStream.range(0, said.size()).anyMatch(at -> Lexicon.index(lexicon.months(), said, at) >= 0);
    }

    private static Optional<Count> before(List<String> said, int month, Lexicon lexicon) {
        int end = month - 1;
        while (end >= 0 && BETWEEN.contains(said.get(end))) {
            end--;
        }
        for (int from = Math.max(0, end - 1); from <= end; from++) {
            int words = end - from + 1;
            Optional<Count> number = number(said, from, lexicon).filter(each -> each.words() == words && isDay(each));
            if (number.isPresent()) {
                return number;
            }
        }
        return Optional.empty();
    }

    private static boolean isDay(Count number) {
        return number.value() >= 1 && number.value() <= 31;
    }

    /// "2027", or "twenty twenty seven"; 0 where none is said.
    private static int spokenYear(List<String> said, int from, Lexicon lexicon) {
        int at = from;
        while (at < said.size() && BETWEEN.contains(said.get(at))) {
            at++;
        }
        if (at >= said.size()) {
            return 0;
        }
        if (said.get(at).length() == 4 && Numbers.isDigits(said.get(at))) {
            return Integer.parseInt(said.get(at));
        }
        int century = Numbers.value(said, at, lexicon);
        int rest = at + 1 < said.size() ? Numbers.value(said, at + 1, lexicon) : -1;
        boolean said2 = (century == 19 || century == 20) && rest >= 10 && !Numbers.isTwoWords(said, at, lexicon);
        int unit = said2 && Numbers.isTwoWords(said, at + 1, lexicon) ? Numbers.value(said, at + 1, lexicon) : rest;
        return said2 ? century * 100 + unit : 0;
    }

    /// "The fifteenth", where it is the only number that was said.
    private static Optional<LocalDate> onlyDay(List<String> said, Lexicon lexicon, LocalDate today) {
        List<Count> numbers = new ArrayList<>();
        int at = 0;
        while (at < said.size()) {
            Optional<Count> number = number(said, at, lexicon);
            number.ifPresent(numbers::add);
            at += number.map(Count::words).orElse(1);
        }
        if (numbers.size() != 1 || !isDay(numbers.getFirst())) {
            return Optional.empty();
        }
        int day = numbers.getFirst().value();
        LocalDate month = today.withDayOfMonth(1);
        for (int ahead = 0; ahead < 12; ahead++) {
            LocalDate candidate = month.plusMonths(ahead);
            if (day <= candidate.lengthOfMonth() && !candidate.withDayOfMonth(day).isBefore(today)) {
                return Optional.of(candidate.withDayOfMonth(day));
            }
        }
        return Optional.empty();
    }

    private static Optional<Count> number(List<String> said, int at, Lexicon lexicon) {
        if (at < 0 || at >= said.size()) {
            return Optional.empty();
        }
        String word = said.get(at);
        Matcher suffixed = ORDINAL.matcher(word);
        if (suffixed.matches()) {
            return Optional.of(new Count(Integer.parseInt(suffixed.group(1)), 1));
        }
        Optional<Count> ordinal = switch (lexicon.language()) {
            case "en" -> english(said, at);
            case "de" -> german(word, lexicon);
            default -> Optional.empty();
        };
        int value = Numbers.value(said, at, lexicon);
        return ordinal.isPresent() || value < 0
                ? ordinal
                : Optional.of(new Count(value, Numbers.isTwoWords(said, at, lexicon) ? 2 : 1));
    }

    private static Optional<Count> english(List<String> said, int at) {
        int one = ENGLISH_ORDINALS.indexOf(said.get(at));
        if (one >= 0) {
            return Optional.of(new Count(one + 1, 1));
        }
        if (said.get(at).equals("thirtieth")) {
            return Optional.of(new Count(30, 1));
        }
        int tens = said.get(at).equals("twenty") ? 20 : said.get(at).equals("thirty") ? 30 : 0;
        int unit = tens > 0 && at + 1 < said.size() ? ENGLISH_ORDINALS.indexOf(said.get(at + 1)) : -1;
        return unit >= 0 && unit < 9 ? Optional.of(new Count(tens + unit + 1, 2)) : Optional.empty();
    }

    /// "Dritter", "dritten", "einundzwanzigsten".
    private static Optional<Count> german(String word, Lexicon lexicon) {
        String stem = word.replaceFirst("e[nrs]?$", "");
        if (stem.equals(word)) {
            return Optional.empty();
        }
        int one = GERMAN_ORDINALS.indexOf(stem);
        if (one >= 0) {
            return Optional.of(new Count(one + 1, 1));
        }
        int value = stem.endsWith("st") ? Numbers.value(List.of(stem.substring(0, stem.length() - 2)), 0, lexicon) : -1;
        return value >= 20 ? Optional.of(new Count(value, 1)) : Optional.empty();
    }

    private static List<DayOfWeek> weekdays(List<String> said, Lexicon lexicon) {
        Set<DayOfWeek> found = new HashSet<>();
        for (int at = 0; at < said.size(); at++) {
            int day = Lexicon.index(lexicon.weekdays(), said, at);
            if (day >= 0) {
                found.add(DayOfWeek.of(day + 1));
            }
        }
        return List.copyOf(found);
    }

    private static Optional<LocalDate> next(int month, int day, LocalDate today) {
        for (int ahead = 0; ahead <= 8; ahead++) { // as far as the next leap day
            Optional<LocalDate> found = day(today.getYear() + ahead, month, day).filter(date -> !date.isBefore(today));
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private static Optional<LocalDate> day(int year, int month, int day) {
        try {
            return Optional.of(LocalDate.of(year, month, day));
        } catch (DateTimeException none) {
            return Optional.empty();
        }
    }
}
