package flotilla.app;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTag;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The rooms and who may look into whom; docs/architecture.md tells why. */
@AnalyzeClasses(packages = "flotilla", importOptions = ImportOption.DoNotIncludeTests.class)
@ArchTag("slow")
class ArchitectureTest {
    @ArchTest
    static final ArchRule domainKnowsOnlyJava = classes()
            .that()
            .resideInAPackage("flotilla.domain")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("flotilla.domain", "java..");

    @ArchTest
    static final ArchRule scalingIsPure = classes()
            .that()
            .resideInAPackage("flotilla.scaling")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("flotilla.scaling", "flotilla.domain", "java..");

    @ArchTest
    static final ArchRule configKnowsNoRoom = noClasses()
            .that()
            .resideInAPackage("flotilla.config")
            .should()
            .dependOnClassesThat(resideInAPackage("flotilla..").and(not(resideInAnyPackage("flotilla.config"))));

    @ArchTest
    static final ArchRule costIsPure = classes()
            .that()
            .resideInAPackage("flotilla.cost")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("flotilla.cost", "flotilla.domain", "flotilla.scaling", "flotilla.config", "java..");

    @ArchTest
    static final ArchRule protocolKnowsOnlyTheCore =
            onlyKnows("flotilla.protocol", "flotilla.domain", "flotilla.scaling", "flotilla.cost");

    @ArchTest
    static final ArchRule gatewayKnowsNoOtherRoom = room("flotilla.gateway");

    @ArchTest
    static final ArchRule pushKnowsNoOtherRoom = room("flotilla.push");

    @ArchTest
    static final ArchRule workerKnowsNoOtherRoom = room("flotilla.worker");

    @ArchTest
    static final ArchRule supervisorKnowsNoOtherRoom = room("flotilla.supervisor");

    @ArchTest
    static final ArchRule inferenceKnowsNoOtherRoom = room("flotilla.inference");

    @ArchTest
    static final ArchRule simulationKnowsOnlyTheCore =
            onlyKnows("flotilla.simulation..", "flotilla.domain", "flotilla.scaling", "flotilla.protocol");

    /** An adapter of the ports in which rooms let themselves be counted. */
    @ArchTest
    static final ArchRule metricsServesItsRooms = onlyKnows(
            "flotilla.metrics",
            "flotilla.domain",
            "flotilla.scaling",
            "flotilla.cost",
            "flotilla.protocol",
            "flotilla.gateway",
            "flotilla.worker",
            "flotilla.supervisor",
            "flotilla.inference");

    @ArchTest
    static final ArchRule onlyAppSeesMetrics = noClasses()
            .that()
            .resideOutsideOfPackages("flotilla.app", "flotilla.metrics")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("flotilla.metrics");

    @ArchTest
    static final ArchRule membershipKnowsOnlyPekko = classes()
            .that()
            .resideInAPackage("flotilla.membership")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "flotilla.membership", "java..", "scala..", "com.typesafe.config..", "org.apache.pekko..");

    @ArchTest
    static final ArchRule onlyMembershipTouchesDowning = noClasses()
            .that()
            .resideOutsideOfPackage("flotilla.membership")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.pekko.cluster.sbr..", "flotilla.membership");

    @ArchTest
    static final ArchRule onlyMetricsImportsMicrometer = noClasses()
            .that()
            .resideOutsideOfPackage("flotilla.metrics")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.micrometer..", "io.prometheus..");

    /** An adapter of the port in which rooms let their traces be recorded. */
    @ArchTest
    static final ArchRule tracingServesItsPort = onlyKnows("flotilla.tracing", "flotilla.domain", "flotilla.protocol");

    @ArchTest
    static final ArchRule onlyAppSeesTracing = noClasses()
            .that()
            .resideOutsideOfPackages("flotilla.app", "flotilla.tracing")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("flotilla.tracing");

    @ArchTest
    static final ArchRule onlyTracingImportsOpenTelemetry = soleImporter("flotilla.tracing", "io.opentelemetry..");

    @ArchTest
    static final ArchRule onlySimulationImportsTheSolver = noClasses()
            .that()
            .resideOutsideOfPackage("flotilla.simulation")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.ojalgo..");

    @ArchTest
    static final ArchRule loadKnowsNoOtherRoom = classes()
            .that()
            .resideInAPackage("flotilla.load")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "flotilla.load",
                    "java..",
                    "org.HdrHistogram..",
                    "com.fasterxml.jackson..",
                    "me.tongfei.progressbar..");

    @ArchTest
    static final ArchRule drillKnowsNoOtherRoom = classes()
            .that()
            .resideInAPackage("flotilla.drill")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("flotilla.drill", "java..", "com.fasterxml.jackson..");

    @ArchTest
    static final ArchRule onlyAppSeesDrill = noClasses()
            .that()
            .resideOutsideOfPackages("flotilla.app", "flotilla.drill")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("flotilla.drill");

    /** What is wanted and what is there are the same words for the plan, for the adapters and for whoever judges. */
    @ArchTest
    static final ArchRule provisionKnowsOnlySettings =
            onlyKnows("flotilla.provision", "flotilla.config", "flotilla.protocol");

    @ArchTest
    static final ArchRule doctorKnowsOnlyPlans = onlyKnows("flotilla.doctor", "flotilla.provision");

    @ArchTest
    static final ArchRule onlyAppSeesDoctor = noClasses()
            .that()
            .resideOutsideOfPackages("flotilla.app", "flotilla.doctor")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("flotilla.doctor");

    @ArchTest
    static final ArchRule onlyAppSeesLoad = noClasses()
            .that()
            .resideOutsideOfPackages("flotilla.app", "flotilla.load")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("flotilla.load");

    /** A client that knows the HTTP interface, and the words in which decisions are told. */
    @ArchTest
    static final ArchRule topKnowsOnlyTheProtocol = onlyKnows("flotilla.top", "flotilla.domain", "flotilla.protocol");

    @ArchTest
    static final ArchRule onlyAppSeesTop = noClasses()
            .that()
            .resideOutsideOfPackages("flotilla.app", "flotilla.top")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("flotilla.top");

    @ArchTest
    static final ArchRule onlyTopImportsJLine = soleImporter("flotilla.top", "org.jline..");

    @ArchTest
    static final ArchRule localKnowsOnlyItsSettings =
            onlyKnows("flotilla.local..", "flotilla.domain", "flotilla.config");

    @ArchTest
    static final ArchRule sqsAdapter = onlyKnows(
            "flotilla.aws.sqs..",
            "flotilla.aws",
            "flotilla.domain",
            "flotilla.scaling",
            "flotilla.protocol",
            "flotilla.config",
            "flotilla.provision",
            "flotilla.supervisor",
            "flotilla.worker");

    @ArchTest
    static final ArchRule s3Adapter = onlyKnows(
            "flotilla.aws.s3..",
            "flotilla.aws",
            "flotilla.domain",
            "flotilla.cost",
            "flotilla.protocol",
            "flotilla.config",
            "flotilla.provision",
            "flotilla.push",
            "flotilla.supervisor");

    @ArchTest
    static final ArchRule snsAdapter = onlyKnows(
            "flotilla.aws.sns..",
            "flotilla.aws",
            "flotilla.domain",
            "flotilla.protocol",
            "flotilla.config",
            "flotilla.push");

    @ArchTest
    static final ArchRule imdsAdapter = onlyKnows(
            "flotilla.aws.imds..",
            "flotilla.aws",
            "flotilla.domain",
            "flotilla.scaling",
            "flotilla.protocol",
            "flotilla.config",
            "flotilla.worker");

    /** It serves the port in which the supervisor lets itself be counted. */
    @ArchTest
    static final ArchRule cloudWatchAdapter = fleetAdapter("flotilla.aws.cloudwatch..");

    @ArchTest
    static final ArchRule ec2Adapter = fleetAdapter("flotilla.aws.ec2..");

    @ArchTest
    static final ArchRule autoScalingAdapter = fleetAdapter("flotilla.aws.autoscaling..");

    @ArchTest
    static final ArchRule onlyInferenceImportsDjl = noClasses()
            .that()
            .resideOutsideOfPackage("flotilla.inference..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("ai.djl..", "ai.onnxruntime..");

    @ArchTest
    static final ArchRule onlyAwsImportsTheSdk = noClasses()
            .that()
            .resideOutsideOfPackage("flotilla.aws..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("software.amazon..");

    @ArchTest
    static final ArchRule onlyTheSqsAdapterImportsSqs =
            soleImporter("flotilla.aws.sqs..", "software.amazon.awssdk.services.sqs..");

    @ArchTest
    static final ArchRule onlyTheEc2AdapterImportsEc2 =
            soleImporter("flotilla.aws.ec2..", "software.amazon.awssdk.services.ec2..");

    @ArchTest
    static final ArchRule onlyTheAutoScalingAdapterImportsAutoScaling =
            soleImporter("flotilla.aws.autoscaling..", "software.amazon.awssdk.services.autoscaling..");

    @ArchTest
    static final ArchRule onlyTheSnsAdapterImportsSns =
            soleImporter("flotilla.aws.sns..", "software.amazon.awssdk.services.sns..");

    @ArchTest
    static final ArchRule onlyTheS3AdapterImportsConnectors =
            soleImporter("flotilla.aws.s3..", "org.apache.pekko.stream.connectors.s3..");

    @ArchTest
    static final ArchRule onlyTheS3AdapterImportsS3 =
            soleImporter("flotilla.aws.s3..", "software.amazon.awssdk.services.s3..");

    @ArchTest
    static final ArchRule onlyAppNamesAdaptersAndTheLocalCloud = noClasses()
            .that()
            .resideOutsideOfPackages("flotilla.app", "flotilla.aws..", "flotilla.local..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("flotilla.aws..", "flotilla.local..", "flotilla.app..");

    @ArchTest
    static final ArchRule onlyTheCloudWatchAdapterImportsCloudWatch =
            soleImporter("flotilla.aws.cloudwatch..", "software.amazon.awssdk.services.cloudwatch..");

    @ArchTest
    static final ArchRule onlyTheMetadataAdapterImportsTheMetadataClient =
            soleImporter("flotilla.aws.imds..", "software.amazon.awssdk.imds..");

    /** One of the rooms in the middle: the core, the protocol and its own settings. */
    private static ArchRule room(String itself) {
        return onlyKnows(
                itself, "flotilla.domain", "flotilla.scaling", "flotilla.cost", "flotilla.protocol", "flotilla.config");
    }

    /** An adapter that serves a port of the supervisor. */
    private static ArchRule fleetAdapter(String itself) {
        return onlyKnows(
                itself,
                "flotilla.aws",
                "flotilla.domain",
                "flotilla.scaling",
                "flotilla.protocol",
                "flotilla.config",
                "flotilla.provision",
                "flotilla.supervisor");
    }

    private static ArchRule onlyKnows(String itself, String... others) {
        return noClasses()
                .that()
                .resideInAPackage(itself)
                .should()
                .dependOnClassesThat(resideInAPackage("flotilla..")
                        .and(not(resideInAPackage(itself)))
                        .and(not(resideInAnyPackage(others))));
    }

    private static ArchRule soleImporter(String room, String library) {
        return noClasses()
                .that()
                .resideOutsideOfPackage(room)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library);
    }
}
