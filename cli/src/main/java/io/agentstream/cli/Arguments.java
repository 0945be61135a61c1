package io.agentstream.cli;

import io.agentstream.runtime.Durations;
import java.io.PrintWriter;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Objects;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/// What words on the command line mean, and what a person is told where they mean nothing: one sentence, and where the help is.
public final class Arguments {

    private static final Pattern UUID_FORM =
            Pattern.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");

    private Arguments() {}

    /// A value that cannot be used, to be thrown by the command with this `spec`.
    public static ParameterException wrong(@Nullable CommandSpec spec, String what) {
        return new ParameterException(Objects.requireNonNull(spec).commandLine(), what);
    }

    /// A time (`2026-11-27T09:00:00Z`), a day in UTC (`2026-11-27`), or how long ago (`1h`), that the option of the command with this
    /// `spec` was given.
    public static Instant time(@Nullable CommandSpec spec, String option, String text, Instant now) {
        try {
            if (text.matches("\\d{4}-\\d{2}-\\d{2}")) {
                return LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
            }
            return text.contains("T") ? OffsetDateTime.parse(text).toInstant() : now.minus(Durations.parse(text));
        } catch (DateTimeException | IllegalArgumentException no) {
            throw wrong(
                    spec, quoted(text) + " for " + option + " is neither a time (2026-11-27T09:00:00Z) nor a day nor a duration (1h)");
        }
    }

    /// For `line` and the commands that it has by now.
    static void prepare(CommandLine line) {
        line.registerConverter(Integer.class, Arguments::whole);
        line.registerConverter(int.class, Arguments::whole);
        line.registerConverter(Double.class, Arguments::number);
        line.registerConverter(double.class, Arguments::number);
        line.registerConverter(UUID.class, Arguments::uuid);
        line.registerConverter(URI.class, Arguments::url);
        line.registerConverter(Path.class, Arguments::path);
        line.setParameterExceptionHandler((wrong, _) -> explain(wrong));
    }

    private static int explain(ParameterException wrong) {
        CommandLine command = wrong.getCommandLine();
        String name = command.getCommandSpec().qualifiedName();
        PrintWriter err = command.getErr();
        if (wrong instanceof UnmatchedArgumentException unmatched && !unmatched.isUnknownOption()) {
            err.println(name + ": " + quoted(unmatched.getUnmatched().getFirst()) + " means nothing here.");
        } else {
            err.println(name + ": " + wrong.getMessage());
        }
        UnmatchedArgumentException.printSuggestions(wrong, err);
        err.println("Help: ./" + name + " --help");
        err.flush();
        return command.getCommandSpec().exitCodeOnInvalidInput();
    }

    private static Integer whole(String word) {
        try {
            return Integer.valueOf(word);
        } catch (NumberFormatException no) {
            throw new TypeConversionException(quoted(word) + " is not a whole number, or too large a one");
        }
    }

    private static Double number(String word) {
        try {
            return Double.valueOf(word);
        } catch (NumberFormatException no) {
            throw new TypeConversionException(quoted(word) + " is not a number (1, 0.5)");
        }
    }

    private static UUID uuid(String word) {
        if (!UUID_FORM.matcher(word).matches()) {
            throw new TypeConversionException(
                    quoted(word) + " is not a UUID; those of the demo agents are in demo.json in the data directory");
        }
        return UUID.fromString(word);
    }

    private static URI url(String word) {
        try {
            return new URI(word);
        } catch (URISyntaxException no) {
            throw new TypeConversionException(quoted(word) + " is not a URL (" + no.getReason() + ")");
        }
    }

    private static Path path(String word) {
        try {
            return Path.of(word);
        } catch (InvalidPathException no) {
            throw new TypeConversionException(quoted(word) + " is not the name of a file (" + no.getReason() + ")");
        }
    }

    private static String quoted(String word) {
        return "'" + word + "'";
    }
}
