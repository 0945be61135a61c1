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
import com.tngtech.archunit.lang.ArchRule;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Which module may know which, and what the machines may not do.
final class ArchitectureTest {

    private static final JavaClasses OURS = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.agentstream");

    private static final String SCHEMAS = "io.agentstream.schemas..";
    private static final String RUNTIME = "io.agentstream.runtime..";
    private static final String AUDIO = "io.agentstream.audio..";
    private static final String AGENTS = "io.agentstream.agents..";
    private static final String GATEWAY = "io.agentstream.gateway..";
    private static final String ORCHESTRATOR = "io.agentstream.orchestrator..";
    private static final String WORKER = "io.agentstream.worker..";
    private static final String CLI = "io.agentstream.cli..";
    private static final String DEV = "io.agentstream.dev..";

    static Stream<ArchRule> directions() {
        return Stream.of(
                noClasses().that().resideInAPackage(SCHEMAS).should().dependOnClassesThat()
                        .resideInAnyPackage(RUNTIME, AUDIO, AGENTS, GATEWAY, ORCHESTRATOR, WORKER, CLI, DEV),
                noClasses().that().resideInAPackage(RUNTIME).should().dependOnClassesThat()
                        .resideInAnyPackage(AUDIO, AGENTS, GATEWAY, ORCHESTRATOR, WORKER, CLI, DEV),
                noClasses().that().resideInAPackage(AUDIO).should().dependOnClassesThat()
                        .resideInAnyPackage(SCHEMAS, RUNTIME, AGENTS, GATEWAY, ORCHESTRATOR, WORKER, CLI, DEV),
                noClasses().that().resideInAPackage(AGENTS).should().dependOnClassesThat()
                        .resideInAnyPackage(AUDIO, GATEWAY, ORCHESTRATOR, WORKER, CLI, DEV),
                noClasses().that().resideInAPackage(GATEWAY).should().dependOnClassesThat()
                        .resideInAnyPackage(AUDIO, AGENTS, ORCHESTRATOR, WORKER, CLI, DEV),
                noClasses().that().resideInAPackage(ORCHESTRATOR).should().dependOnClassesThat()
                        .resideInAnyPackage(AUDIO, GATEWAY, WORKER, CLI, DEV),
                noClasses().that().resideInAPackage(WORKER).should().dependOnClassesThat()
                        .resideInAnyPackage(GATEWAY, ORCHESTRATOR, CLI, DEV));
    }

    @ParameterizedTest
    @MethodSource("directions")
    void modulesPointOneWay(ArchRule direction) {
        direction.check(OURS);
    }

    /// Name patterns of the pure classes: whole packages in gateway and worker, single classes among what the orchestrator decides by.
    static Stream<String> cores() {
        return Stream.of(
                "io\\.agentstream\\.gateway\\.call\\..*",
                "io\\.agentstream\\.agents\\.conversation\\..*",
                "io\\.agentstream\\.orchestrator\\.decide\\.(RunMachine|Verdicts|Contexts|Refusal|Tariff)(\\$.*)?");
    }

    /// A machine knows values, and nothing that reads a clock, is random, logs, counts, waits or talks.
    @ParameterizedTest
    @MethodSource("cores")
    void machinesArePure(String core) {
        DescribedPredicate<JavaClass> own =
                DescribedPredicate.describe("the core itself", type -> type.getFullName().matches(core));
        classes().that(own).should().onlyDependOnClassesThat(own
                        .or(resideInAnyPackage(
                                "java.lang", "java.lang.annotation", "java.lang.invoke", "java.lang.runtime", "java.util",
                                "java.util.function", "java.util.stream", "java.time", "java.math", "java.nio.charset",
                                "org.jspecify..", "tools.jackson.databind..", "io.agentstream.schemas",
                                "io.agentstream.orchestrator.decide"))
                        .or(named("io.agentstream.runtime.Step"))
                        .or(DescribedPredicate.describe("what a provider's message means", type -> type.getFullName()
                                .startsWith("io.agentstream.gateway.telephony.ProviderMessage")))
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

    private static DescribedPredicate<JavaClass> named(String name) {
        return DescribedPredicate.describe(name, type -> type.getFullName().equals(name));
    }

    @Test
    void packagesOfAModuleDoNotGoRoundInCircles() {
        for (String module : new String[] {"schemas", "runtime", "audio", "agents", "gateway", "orchestrator", "worker", "cli", "dev"}) {
            slices().matching("io.agentstream." + module + ".(*)..").should().beFreeOfCycles().allowEmptyShould(true).check(OURS);
        }
    }
}
