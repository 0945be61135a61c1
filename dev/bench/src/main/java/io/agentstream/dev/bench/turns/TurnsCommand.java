package io.agentstream.dev.bench.turns;

import io.agentstream.audio.Wav;
import io.agentstream.audio.voice.FreeTtsVoice;
import io.agentstream.dev.bench.report.Text;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `./agent-stream turns`.
@Command(
        name = "turns",
        description = {
            "Plays a labelled set of callers to the workers' detector, and says how well it finds where turns begin and end.",
            "Needs nothing that runs. The set is made from a seed; --wav shows what it sounds like."
        },
        mixinStandardHelpOptions = true)
public final class TurnsCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--seed", paramLabel = "N", description = "Another set, of other pauses and noises.")
    private @Nullable Long seed;

    @Option(names = "--tuned", description = "The sentences, and without --seed also the set, by which the detector was made.")
    private boolean tuned;

    @Option(names = "--wav", paramLabel = "DIR", description = "Writes every scene there as a WAV, with its labels in labels.csv.")
    private @Nullable Path directory;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        List<Scene> scenes = Scenes.all(
                new FreeTtsVoice(), seed != null ? seed : tuned ? Scenes.TUNED_SEED : Scenes.REPORTED_SEED,
                tuned ? Sentences.TUNED : Sentences.REPORTED);
        if (directory != null) {
            write(scenes, directory);
            out.println(scenes.size() + " scenes are in " + directory);
        }
        out.print(TurnsReport.of(scenes));
        out.print(Text.of("%ncost of listening: %.5f of a processor for each call; of voice or not alone: %.5f%n",
                cost(scenes, Sounding::listen), cost(scenes, scene -> Voicing.listen(scene.audio()).cardinality())));
        out.flush();
        return 0;
    }

    /// Processor time of this thread over the time that the callers are on the line.
    private static double cost(List<Scene> scenes, ToIntFunction<Scene> listening) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        int found = scenes.stream().mapToInt(listening).sum(); // warm
        long beforeNs = threads.getCurrentThreadCpuTime();
        found += scenes.stream().mapToInt(listening).sum();
        long audioMs = scenes.stream().mapToLong(scene -> scene.audio().lengthMs()).sum();
        return found == 0 ? 0 : (threads.getCurrentThreadCpuTime() - beforeNs) / (audioMs * 1e6);
    }

    private static void write(List<Scene> scenes, Path directory) throws IOException {
        Files.createDirectories(directory);
        StringBuilder labels = new StringBuilder("file,kind,begin_ms,end_ms,name\n");
        for (int n = 0; n < scenes.size(); n++) {
            Scene scene = scenes.get(n);
            String file = Text.of("%03d.wav", n + 1);
            Wav.writeMuLaw(directory.resolve(file), scene.audio().mulaw());
            labels.append(file).append(',').append(scene.kind().label()).append(',').append(scene.beginMs()).append(',')
                    .append(scene.endMs()).append(",\"").append(scene.name()).append("\"\n");
        }
        Files.writeString(directory.resolve("labels.csv"), labels.toString());
    }
}
