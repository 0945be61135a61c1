package io.agentstream.dev.e2e;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.BaseStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Which module may know which, and what the machines may not do.
final class ArchitectureTest {

    private static final JavaClasses OURS = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            // The option above knows Maven's directories, not its jars of test fixtures.
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages("io.agentstream");

    /// Every room, and the rooms that it may know beside itself. What is not named here does not pass.
    private static final Map<String, List<String>> MAY_KNOW = Map.ofEntries(
            Map.entry("schemas", List.of()),
            Map.entry("audio", List.of()),
            Map.entry("runtime", List.of("schemas")),
            Map.entry("agents", List.of("schemas", "runtime")),
            Map.entry("calllog", List.of("schemas", "runtime", "agents", "audio")),
            Map.entry("gateway", List.of("schemas", "runtime", "audio")),
            Map.entry("orchestrator", List.of("schemas", "runtime", "agents", "calllog")),
            Map.entry("worker", List.of("schemas", "runtime", "agents", "audio")),
            Map.entry("cli", List.of("schemas", "runtime", "agents", "calllog", "gateway", "orchestrator", "worker")),
            Map.entry("dev.embedded", List.of("schemas", "runtime")),
            Map.entry("dev.simulator", List.of("audio")),
            Map.entry("dev.bench", List.of(
                    "schemas", "runtime", "agents", "audio", "gateway", "orchestrator", "worker", "dev.embedded", "dev.simulator")),
            Map.entry("dev.local", List.of(
                    "schemas", "runtime", "agents", "audio", "gateway", "orchestrator", "worker", "cli", "dev.embedded",
                    "dev.simulator", "dev.bench")));

    /// What the services are made of, and the parts of the same service that each may know. Of the orchestrator's parts `decide` decides, `intake`,
    /// `liveness` and `jobs` act by it, `api`, `webhook` and `follow` show what came of it; only where the service is put together do they meet.
    private static final Map<String, List<String>> PART_MAY_KNOW = Map.ofEntries(
            Map.entry("gateway.telephony", List.of()),
            Map.entry("gateway.websocket", List.of()),
            Map.entry("gateway.kafka", List.of()),
            Map.entry("gateway.call", List.of("gateway.telephony")),
            Map.entry("gateway.socket", List.of("gateway.call", "gateway.kafka", "gateway.telephony", "gateway.websocket")),
            Map.entry("orchestrator.secret", List.of()),
            Map.entry("orchestrator.store", List.of("orchestrator.secret")),
            Map.entry("orchestrator.decide", List.of("orchestrator.store")),
            Map.entry("orchestrator.provider", List.of("orchestrator.decide", "orchestrator.secret", "orchestrator.store")),
            Map.entry("orchestrator.jobs", List.of(
                    "orchestrator.decide", "orchestrator.provider", "orchestrator.secret", "orchestrator.store")),
            Map.entry("orchestrator.liveness", List.of("orchestrator.decide", "orchestrator.jobs", "orchestrator.store")),
            Map.entry("orchestrator.intake", List.of(
                    "orchestrator.decide", "orchestrator.erase", "orchestrator.jobs", "orchestrator.liveness", "orchestrator.provider",
                    "orchestrator.store")),
            Map.entry("orchestrator.erase", List.of("orchestrator.decide", "orchestrator.store")),
            Map.entry("orchestrator.facts", List.of()),
            Map.entry("orchestrator.follow", List.of("orchestrator.store")),
            Map.entry("orchestrator.replay", List.of("orchestrator.store")),
            Map.entry("orchestrator.search", List.of("orchestrator.store")),
            Map.entry("orchestrator.webhook", List.of("orchestrator.secret", "orchestrator.store")),
            // of `decide` the names of a run's built-in keys: see below
            Map.entry("orchestrator.api", List.of(
                    "orchestrator.decide", "orchestrator.follow", "orchestrator.replay", "orchestrator.secret", "orchestrator.store")),
            Map.entry("worker.definitions", List.of()),
            Map.entry("worker.engine", List.of("worker.service")),
            Map.entry("worker.service", List.of()),
            Map.entry("worker.takeover", List.of()),
            Map.entry("worker.tool", List.of("worker.engine", "worker.service")),
            Map.entry("worker.loop", List.of("worker.definitions", "worker.engine", "worker.service", "worker.takeover")));

    static Stream<Arguments> directions() {
        return Stream.of(MAY_KNOW, PART_MAY_KNOW).flatMap(plan -> plan.entrySet().stream()
                .map(room -> Arguments.argumentSet(room.getKey(), room.getKey(), room.getValue(), plan.keySet())));
    }

    @ParameterizedTest
    @MethodSource("directions")
    void aRoomKnowsOnlyWhatItMay(String room, List<String> mayKnow, Set<String> all) {
        List<String> others = all.stream()
                .filter(other -> !other.equals(room) && !mayKnow.contains(other))
                .map(ArchitectureTest::packagesOf)
                .toList();

        noClasses().that().resideInAPackage(packagesOf(room)).should().dependOnClassesThat()
                .resideInAnyPackage(others.toArray(String[]::new))
                .check(OURS);
    }

    @Test
    void everyPartOfAServiceHasItsPlace() {
        for (String service : List.of("gateway", "orchestrator", "worker")) {
            String root = "io.agentstream." + service;
            classes().that().resideInAPackage(root + "..").and().resideOutsideOfPackage(root)
                    .should().resideInAnyPackage(PART_MAY_KNOW.keySet().stream().map(ArchitectureTest::packagesOf).toArray(String[]::new))
                    .check(OURS);
        }
    }

    /// Nobody asks over HTTP for a decision.
    @Test
    void theApiKnowsNothingOfHowIsDecided() {
        noClasses().that().resideInAPackage("io.agentstream.orchestrator.api..")
                .should().dependOnClassesThat(resideInAnyPackage("io.agentstream.orchestrator.decide..")
                        .and(DescribedPredicate.not(named("io.agentstream.orchestrator.decide.Contexts"))))
                .check(OURS);
    }

    /// A provider, a dialect, an engine, a vendor: who puts a service together names it, and nobody else.
    @Test
    void kindsAreKnownToNobodyWhoWorksWithThem() {
        noClasses().that().resideInAnyPackage(
                        "io.agentstream.gateway.telephony", "io.agentstream.gateway.call..", "io.agentstream.gateway.socket..",
                        "io.agentstream.orchestrator.provider", "io.agentstream.orchestrator.intake..",
                        "io.agentstream.orchestrator.jobs..", "io.agentstream.orchestrator.liveness..",
                        "io.agentstream.worker.engine", "io.agentstream.worker.loop..", "io.agentstream.worker.service",
                        "io.agentstream.worker.service.wire")
                .should().dependOnClassesThat(resideInAnyPackage(
                                "io.agentstream.gateway.telephony.*..", "io.agentstream.orchestrator.provider.*..",
                                "io.agentstream.worker.engine.*..", "io.agentstream.worker.service.*..")
                        .and(DescribedPredicate.not(resideInAnyPackage("io.agentstream.worker.service.wire"))))
                .check(OURS);
    }

    @Test
    void everyClassStandsInARoom() {
        classes().should().resideInAnyPackage(MAY_KNOW.keySet().stream().map(ArchitectureTest::packagesOf).toArray(String[]::new))
                .check(OURS);
    }

    private static String packagesOf(String room) {
        return "io.agentstream." + room + "..";
    }

    /// Name patterns of the pure classes: whole packages in gateway and worker, single classes among what the orchestrator decides by.
    static Stream<String> cores() {
        return Stream.of(
                "io\\.agentstream\\.gateway\\.call\\..*",
                "io\\.agentstream\\.agents\\.(conversation\\..*|Scripted\\w+)(\\$.*)?",
                // a dialogue asks for values, and `capture`, which is a core of its own below, is how it understands them
                "io\\.agentstream\\.agents\\.(conversation\\..*|dialogue\\..*|capture\\..*|Scripted\\w+)(\\$.*)?",
                "io\\.agentstream\\.agents\\.(capture\\..*|definition\\.(?!AgentSchema).*)", // the schema is read from a file
                "io\\.agentstream\\.orchestrator\\.decide\\.(RunMachine|Verdicts|Contexts|Refusal|Tariff)(\\$.*)?",
                "io\\.agentstream\\.orchestrator\\.(jobs\\.WarmMachine|provider\\.(Dial|Leg|HandOver|SessionCheck|Trouble)|store\\.WarmLegs\\$Stage)(\\$.*)?");
    }

    /// A machine knows values, and nothing that reads a clock, is random, logs, counts, waits or talks.
    @ParameterizedTest
    @MethodSource("cores")
    void machinesArePure(String core) {
        Pattern names = Pattern.compile(core); // asked of every class for every one that it knows
        DescribedPredicate<JavaClass> own =
                DescribedPredicate.describe("the core itself", type -> names.matcher(type.getFullName()).matches());
        classes().that(own).should().onlyDependOnClassesThat(own
                        .or(resideInAnyPackage(
                                "java.lang", "java.lang.annotation", "java.lang.invoke", "java.lang.runtime", "java.util",
                                "java.util.function", "java.util.regex", "java.util.stream", "java.time", "java.time.temporal", "java.text",
                                "java.math", "java.nio.charset",
                                "org.jspecify..", "tools.jackson.core", "tools.jackson.databind..", "io.agentstream.schemas",
                                "io.agentstream.agents.definition",
                                "io.agentstream.orchestrator.decide"))
                        .or(named("io.agentstream.runtime.Step"))
                        .or(DescribedPredicate.describe("what a provider's message means", type -> type.getFullName()
                                .startsWith("io.agentstream.gateway.telephony.ProviderMessage")))
                        .or(named("io.agentstream.gateway.telephony.OddMessage"))
                        .or(DescribedPredicate.describe("an array", JavaClass::isArray)))
                .check(OURS);
        noClasses().that(own).should().callMethod(System.class, "currentTimeMillis")
                .orShould().callMethod(System.class, "nanoTime")
                .orShould().callMethod(java.time.Instant.class, "now")
                .orShould().callMethod(java.util.UUID.class, "randomUUID")
                .orShould().callMethod(Math.class, "random")
                .orShould().dependOnClassesThat().belongToAnyOf(java.util.Random.class, Thread.class)
                .check(OURS);
    }

    /// The words of callers are the dialogue's: the floor knows who speaks, and not what is said.
    @Test
    void onlyADialogueUnderstandsValues() {
        noClasses().that().resideOutsideOfPackages("io.agentstream.agents.dialogue", "io.agentstream.agents.capture")
                .should().dependOnClassesThat().resideInAPackage("io.agentstream.agents.capture")
                .check(OURS);
    }

    /// Libraries write numbers and fold cases by the user's language, which no file, protocol or query of theirs expects.
    @Test
    void everyProcessLeavesTheLanguageOfItsUserAlone() {
        classes().that(DescribedPredicate.describe(
                        "begin a process", type -> type.tryGetMethod("main", String[].class).isPresent()))
                .should().callMethod(Locale.class, "setDefault", Locale.class)
                .check(OURS);
    }

    /// The common pool has one thread on two processors, and every answer to `HttpClient.sendAsync` comes through it: who blocks there
    /// keeps the provider's answers from all calls of the process.
    @Test
    void nobodyBorrowsThePoolThatAllHttpClientsAnswerThrough() throws IOException {
        JavaClasses all = new ClassFileImporter().importPaths(compiled());
        noClasses().should().callMethod(CompletableFuture.class, "supplyAsync", Supplier.class)
                .orShould().callMethod(CompletableFuture.class, "runAsync", Runnable.class)
                .orShould().callMethod(ForkJoinPool.class, "commonPool")
                .orShould().callMethod(Collection.class, "parallelStream")
                .orShould().callMethod(BaseStream.class, "parallel")
                .check(all);
    }

    /// What was compiled of all modules, tests too.
    private static List<Path> compiled() throws IOException {
        try (Stream<Path> below = Files.find(
                Path.of("../.."), 5, (path, is) -> is.isDirectory() && path.toString().matches(".*/target/(test-)?classes"))) {
            return below.toList();
        }
    }

    private static DescribedPredicate<JavaClass> named(String name) {
        return DescribedPredicate.describe(name, type -> type.getFullName().equals(name));
    }

    /// Each package is a slice, also those at the root of a module.
    private static final SliceAssignment PACKAGES = new SliceAssignment() {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            return type.getPackageName().startsWith("io.agentstream.")
                    ? SliceIdentifier.of(type.getPackageName())
                    : SliceIdentifier.ignore();
        }

        @Override
        public String getDescription() {
            return "packages";
        }
    };

    @Test
    void packagesDoNotGoRoundInCircles() {
        slices().assignedFrom(PACKAGES).should().beFreeOfCycles().check(OURS);
    }
}
