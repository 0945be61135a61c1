package io.agentstream.runtime;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Runs the fuzz targets of a module under Jazzer, one after the other, each in a process of its own: what the Maven profile `fuzz`
/// does. A target is a class named `...Fuzz` with a corpus. Jazzer is on the class path in that profile only.
public final class FuzzRun {

    private static final String SUFFIX = "Fuzz.class";
    private static final int MAX_INPUT_BYTES = 4_096;
    private static final int MAX_INPUT_S = 10;

    private FuzzRun() {}

    /// @param args where the test classes are, seconds for each target, where to work, and what a target's name must match
    public static void main(String[] args) throws Exception {
        Path classes = Path.of(args[0]);
        int seconds = Integer.parseInt(args[1]);
        Pattern wanted = Pattern.compile(args[3]);
        List<String> failed = new ArrayList<>();
        for (Class<?> target : targets(classes)) {
            if (wanted.matcher(target.getSimpleName()).matches() && run(target, seconds, Path.of(args[2])) != 0) {
                failed.add(target.getSimpleName());
            }
        }
        if (!failed.isEmpty()) {
            System.err.println("found something: " + failed + "; the input is beside the target's directory in " + args[2]);
            System.exit(1);
        }
    }

    private static List<Class<?>> targets(Path classes) throws IOException, ClassNotFoundException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(classes)) {
            files = all.filter(file -> file.toString().endsWith(SUFFIX)).sorted().toList();
        }
        List<Class<?>> targets = new ArrayList<>();
        for (Path file : files) {
            String name = classes.relativize(file).toString().replace(File.separatorChar, '.');
            targets.add(Class.forName(name.substring(0, name.length() - ".class".length())));
        }
        return targets;
    }

    private static int run(Class<?> target, int seconds, Path work) throws IOException, InterruptedException {
        Path inputs = Files.createDirectories(work.resolve(target.getSimpleName()));
        List<byte[]> seeds = FuzzCorpus.of(target);
        for (int i = 0; i < seeds.size(); i++) {
            Files.write(inputs.resolve("seed-" + i), seeds.get(i));
        }
        System.out.println(target.getSimpleName() + ": " + seconds + " s from " + seeds.size() + " inputs");
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp", System.getProperty("java.class.path"),
                        "-Xmx768m", "-XX:+UseSerialGC", "-XX:-OmitStackTraceInFastThrow", "-XX:+EnableDynamicAgentLoading",
                        "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow",
                        "com.code_intelligence.jazzer.Jazzer",
                        "--target_class=" + target.getName(),
                        "--instrumentation_includes=io.agentstream.**" + File.pathSeparator + "tools.jackson.core.**",
                        "--reproducer_path=" + work,
                        "-artifact_prefix=" + work + File.separator + target.getSimpleName() + "-",
                        "-max_total_time=" + seconds, "-max_len=" + MAX_INPUT_BYTES, "-timeout=" + MAX_INPUT_S,
                        inputs.toString())
                .inheritIO()
                .start()
                .waitFor();
    }
}
