package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import flotilla.drill.FreePort;
import flotilla.testing.MetricFiles;
import flotilla.testing.Scrape;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** A gateway and a worker, each a process of its own, that have worked: what they tell of it, and who asks for what they tell. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MetricsIT {
    private static final int IMAGES = 40;
    private static final int NO_IMAGES = 3;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final List<FlotillaProcess> processes = new ArrayList<>();
    private String gateway;
    private String worker;
    /** What each told when the work was done. */
    private String atGateway;

    private String atWorker;

    @BeforeAll
    void work(@TempDir Path folder) throws Exception {
        String clusterPort = Integer.toString(FreePort.next());
        String metricsPort = Integer.toString(FreePort.next());
        List<String> common = List.of(
                "flotilla.aws.endpoints-file=" + folder.resolve("data/endpoints.json"),
                "flotilla.fleet.mode=static",
                "flotilla.scaling.policy=message-count",
                "flotilla.scaling.interval=500ms",
                "flotilla.classifier.kind=delay",
                "flotilla.classifier.delay=100ms",
                "flotilla.classifier.parallelism=1",
                "flotilla.queue.receive-wait=1s");
        start(folder, "cloud", List.of("flotilla.classifier.kind=delay"), "--data", folder + "/data")
                .awaitLine("cloud ready");
        FlotillaProcess first =
                start(folder, "gateway", with(common, "flotilla.cluster.port=" + clusterPort, "flotilla.http.port=0"));
        gateway = first.awaitLine("ready ");
        start(
                folder,
                "worker",
                with(
                        common,
                        "flotilla.cluster.seed-nodes=127.0.0.1:" + clusterPort,
                        "flotilla.worker.id=hand-1",
                        "flotilla.metrics.port=" + metricsPort));
        worker = "http://127.0.0.1:" + metricsPort;

        GatewayClient client = new GatewayClient(gateway);
        List<CompletableFuture<JsonNode>> answers = new ArrayList<>();
        for (int i = 0; i < IMAGES; i++) {
            answers.add(client.classify("image-" + i + ".png", GatewayClient.TINY_PNG));
        }
        for (int i = 0; i < IMAGES; i++) {
            assertThat(answers.get(i).join().path("label").asText()).isEqualTo("image-" + i);
        }
        for (int i = 0; i < NO_IMAGES; i++) {
            assertThat(client.classify("text.txt", new byte[9])
                            .join()
                            .path("code")
                            .asText())
                    .isEqualTo("unsupported-type");
        }
        atWorker = Eventually.value(
                "a worker with nothing in hand",
                () -> Optional.of(text(worker))
                        .filter(text -> Scrape.of(text).value("flotilla_worker_messages_in_hand") == 0));
        // All at one moment: what the supervisor cannot read just now has no series.
        atGateway = Eventually.value(
                "a supervisor that acts, knows all its figures, and sees an empty queue and a worker",
                () -> Optional.of(text(gateway)).filter(MetricsIT::showsAnEmptyQueueAndAWorker));
    }

    private static boolean showsAnEmptyQueueAndAWorker(String text) {
        Scrape scrape = Scrape.of(text);
        return scrape.find("flotilla_supervisor_acting").equals(Optional.of(1.0))
                && MetricFiles.documented().stream()
                        .map(row -> row.substring(0, row.indexOf(' ')))
                        .filter(name -> name.startsWith("flotilla_supervisor_"))
                        .allMatch(scrape.families()::containsKey)
                && scrape.find("flotilla_queue_messages", "state", "visible").equals(Optional.of(0.0))
                && scrape.find("flotilla_supervisor_instances", "state", "running")
                        .equals(Optional.of(1.0));
    }

    @AfterAll
    void end() {
        for (int i = processes.size() - 1; i >= 0; i--) {
            processes.get(i).close();
        }
    }

    private FlotillaProcess start(Path folder, String command, List<String> sets, String... arguments)
            throws Exception {
        List<String> all = new ArrayList<>(List.of(command));
        all.addAll(List.of(arguments));
        sets.forEach(set -> all.addAll(List.of("--set", set)));
        FlotillaProcess process = FlotillaProcess.start(folder, all.toArray(String[]::new));
        processes.add(process);
        return process;
    }

    private static List<String> with(List<String> common, String... more) {
        List<String> all = new ArrayList<>(common);
        all.addAll(List.of(more));
        return all;
    }

    private String text(String base) {
        HttpResponse<String> response = http.sendAsync(
                        HttpRequest.newBuilder(URI.create(base + "/metrics")).build(),
                        HttpResponse.BodyHandlers.ofString())
                .join();
        assertThat(response.statusCode()).isEqualTo(200);
        return response.body();
    }

    @Test
    @Order(1)
    void answers_shouldBeAsManyAsImagesWereSent() {
        Scrape there = Scrape.of(atGateway);
        Scrape work = Scrape.of(atWorker);

        assertThat(there.value("flotilla_gateway_images_accepted_total")).isEqualTo(IMAGES);
        assertThat(there.value("flotilla_gateway_answer_seconds_count", "outcome", "labelled"))
                .isEqualTo(IMAGES);
        assertThat(there.value(
                        "flotilla_gateway_request_seconds_count",
                        "method",
                        "POST",
                        "endpoint",
                        "/v1/classifications",
                        "status",
                        "2xx"))
                .isEqualTo(IMAGES);
        assertThat(there.value("flotilla_gateway_images_refused_total", "code", "unsupported-type"))
                .isEqualTo(NO_IMAGES);
        // A machine that is busy with other things may have an image delivered twice, and so worked on twice.
        double received = work.sum("flotilla_worker_messages_received_total");
        assertThat(received).isGreaterThanOrEqualTo(IMAGES);
        for (double worked : List.of(
                work.value("flotilla_worker_images_total", "outcome", "labelled"),
                work.value("flotilla_worker_stage_seconds_count", "stage", "respond"),
                work.value("flotilla_worker_messages_settled_total", "action", "deleted"),
                work.value("flotilla_worker_batch_images_sum"))) {
            assertThat(worked).isBetween((double) IMAGES, received);
        }
        assertThat(work.value("flotilla_worker_classifier_busy_seconds_total")).isGreaterThanOrEqualTo(IMAGES * 0.1);
    }

    @Test
    @Order(2)
    void supervisor_shouldBeSeenAtWork() {
        Scrape scrape = Scrape.of(atGateway);

        assertThat(scrape.value("flotilla_supervisor_acting")).isEqualTo(1);
        assertThat(scrape.value("flotilla_supervisor_instances", "state", "running"))
                .isEqualTo(1);
        assertThat(scrape.sum("flotilla_supervisor_decisions_total")).isGreaterThan(1);
        assertThat(scrape.sum("flotilla_supervisor_actions_total")).isPositive();
    }

    @Test
    @Order(3)
    void series_shouldBeFewAndNameNoImageAndNoId() {
        for (String text : List.of(atGateway, atWorker)) {
            assertThat(text.lines().filter(line -> !line.startsWith("#"))).hasSizeLessThan(1000);
            assertThat(text).doesNotContain(".png", "hand-1").doesNotContainPattern("image-\\d");
        }
    }

    @Test
    @Order(4)
    void everyNameThatAlertsAndDashboardAskFor_shouldBeThere() {
        Set<String> there = new TreeSet<>(Scrape.of(atGateway).sampleNames());
        there.addAll(Scrape.of(atWorker).sampleNames());

        assertThat(MetricFiles.namesAskedFor()).hasSizeGreaterThan(30);
        assertThat(there).containsAll(MetricFiles.namesAskedFor());
    }

    @Test
    @Order(5)
    void documentation_shouldNameEveryMetricWithItsType() {
        Set<String> there = new TreeSet<>();
        for (String text : List.of(atGateway, atWorker)) {
            Scrape scrape = Scrape.of(text);
            scrape.families().values().stream()
                    .filter(family -> !isLongestOfATimer(family.name(), scrape))
                    .forEach(family -> there.add(family.name() + " " + family.type()));
        }
        Set<String> ours = new TreeSet<>(there);
        ours.removeIf(family -> !family.startsWith("flotilla_"));

        assertThat(MetricFiles.documented()).containsAll(ours);
        assertThat(there).containsAll(MetricFiles.documented());
    }

    /** Each timer has one, which the documentation says once for all. */
    private static boolean isLongestOfATimer(String name, Scrape scrape) {
        return name.endsWith("_max")
                && scrape.families().containsKey(name.substring(0, name.length() - "_max".length()));
    }

    @Test
    @Order(6)
    void metrics_shouldPassPromtool(@TempDir Path folder) throws Exception {
        Optional<Path> promtool = MetricFiles.promtool();
        assumeTrue(promtool.isPresent(), "there is no promtool here (on Debian: apt-get install prometheus)");
        for (String text : List.of(atGateway, atWorker)) {
            Path file = Files.writeString(folder.resolve("metrics.txt"), ours(text));
            Process process = new ProcessBuilder(promtool.get().toString(), "check", "metrics")
                    .redirectInput(file.toFile())
                    .redirectErrorStream(true)
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(process.waitFor()).as(said).isZero();
        }
    }

    /** Without the names that Micrometer gave to what is the JVM's. */
    private static String ours(String text) {
        StringBuilder ours = new StringBuilder();
        text.lines()
                .filter(line -> line.startsWith("flotilla_") || line.matches("# (HELP|TYPE) flotilla_.*"))
                .forEach(line -> ours.append(line).append('\n'));
        return ours.toString();
    }
}
