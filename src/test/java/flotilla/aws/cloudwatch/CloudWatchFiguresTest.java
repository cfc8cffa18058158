package flotilla.aws.cloudwatch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import flotilla.aws.AwsClients;
import flotilla.config.AwsSettings;
import flotilla.config.MetricsSettings;
import flotilla.cost.Spent;
import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.domain.QueueDepth;
import flotilla.domain.WorkerId;
import flotilla.protocol.DecisionReport;
import flotilla.scaling.Activity;
import flotilla.scaling.FleetController;
import flotilla.scaling.Instance;
import flotilla.scaling.InstanceState;
import flotilla.scaling.MessageCountPolicy;
import flotilla.scaling.PlannerRules;
import flotilla.scaling.ScalingLimits;
import flotilla.scaling.ScalingPlan;
import flotilla.scaling.ServiceCount;
import flotilla.scaling.WorkerSighting;
import flotilla.scaling.WorkloadModel;
import flotilla.supervisor.SupervisorMeters;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CloudWatchFiguresTest {
    private static final Instant NOW = Instant.parse("2026-11-29T12:00:07Z");
    private static final ScalingLimits LIMITS =
            new ScalingLimits(0, 20, Duration.ofSeconds(30), Duration.ofMinutes(2), Duration.ofMinutes(5));
    private static final Optional<List<Instance>> NONE = Optional.of(List.of());

    private final FleetController controller = new FleetController(
            new MessageCountPolicy(1), List.of(), PlannerRules.of(LIMITS), WorkloadModel.Assumed.usual());
    private RecordedMetricData service;
    private AwsClients clients;
    private CloudWatchFigures figures;

    @BeforeEach
    void start() throws IOException {
        service = RecordedMetricData.start();
        clients = AwsClients.open(
                new AwsSettings(
                        Optional.of("us-east-1"),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(new AwsSettings.Credentials("local", "local"))),
                0);
        figures = connect(Duration.ofMinutes(1));
    }

    @AfterEach
    void stop() {
        figures.close();
        clients.close();
        service.close();
    }

    private CloudWatchFigures connect(Duration interval) {
        return CloudWatchFigures.connect(
                clients, new MetricsSettings.CloudWatch("Ours", interval, Optional.of(service.url())), "blue");
    }

    private void decide(Optional<QueueDepth> depth, Optional<List<Instance>> instances, Instant now) {
        figures.decided(
                controller
                        .decide(new FleetController.Readings(depth, instances), now)
                        .plan(),
                List.of());
    }

    private static Optional<QueueDepth> messages(int count) {
        return Optional.of(new QueueDepth(count, 0, 0));
    }

    private Instance working(int id, Instant now) {
        InstanceId instance = new InstanceId("i-" + id);
        controller.reported(
                new WorkerSighting(
                        new WorkerId("i-" + id),
                        Optional.of(instance),
                        Optional.empty(),
                        Activity.WORKING,
                        0,
                        0,
                        0,
                        ServiceCount.none(1),
                        now.toEpochMilli(),
                        1),
                now);
        return new Instance(instance, Optional.of(new AppTierId(id)), InstanceState.RUNNING, now, "c7i.large");
    }

    private static Map<String, Double> values(JsonNode request) {
        Map<String, Double> values = new TreeMap<>();
        request.path("MetricData")
                .forEach(one -> values.put(
                        one.path("MetricName").asText(), one.path("Value").asDouble()));
        return values;
    }

    @Test
    void decision_shouldSendItsFiguresInOneRequest() {
        decide(Optional.of(new QueueDepth(4, 2, 1)), Optional.of(List.of(working(1, NOW), working(2, NOW))), NOW);

        JsonNode request = service.await(1).get(0);
        assertThat(request.path("Namespace").asText()).isEqualTo("Ours");
        assertThat(values(request))
                .isEqualTo(Map.of(
                        "Backlog", 7.0, "BacklogPerInstance", 3.5, "DesiredInstances", 6.0, "RunningInstances", 2.0));
        for (JsonNode one : request.path("MetricData")) {
            assertThat(one.path("Dimensions")).hasSize(1);
            assertThat(one.path("Dimensions").get(0).path("Name").asText()).isEqualTo("cluster");
            assertThat(one.path("Dimensions").get(0).path("Value").asText()).isEqualTo("blue");
            assertThat(one.path("Unit").asText()).isEqualTo("Count");
            assertThat(one.path("Timestamp").asDouble()).isEqualTo(NOW.getEpochSecond());
            assertThat(one.has("StorageResolution")).isFalse();
        }
    }

    @Test
    void eachMinute_shouldGetOneValueHoweverManyDecisionsThereAre() {
        decide(messages(1), NONE, NOW);
        decide(messages(2), NONE, NOW.plusSeconds(10));
        decide(messages(3), NONE, NOW.plusSeconds(52));
        decide(messages(4), NONE, NOW.plusSeconds(60));

        List<JsonNode> requests = service.await(2);
        assertThat(requests).hasSize(2);
        assertThat(requests.stream().map(one -> values(one).get("Backlog"))).containsExactlyInAnyOrder(1.0, 4.0);
    }

    @Test
    void shorterInterval_shouldBeKeptAtHighResolution() {
        figures.close();
        figures = connect(Duration.ofSeconds(10));
        decide(messages(1), NONE, NOW);

        assertThat(service.await(1)
                        .get(0)
                        .path("MetricData")
                        .get(0)
                        .path("StorageResolution")
                        .asInt())
                .isEqualTo(1);
    }

    @Test
    void backlogWithoutAnInstance_shouldBeThatOfOne() {
        decide(messages(12), NONE, NOW);

        assertThat(values(service.await(1).get(0))).containsEntry("BacklogPerInstance", 12.0);
    }

    @Test
    void whatIsUnknown_shouldNotBeSent() {
        decide(messages(3), Optional.empty(), NOW);
        decide(Optional.empty(), NONE, NOW.plusSeconds(60));

        List<JsonNode> requests = service.await(2);
        assertThat(requests.stream().map(one -> values(one).keySet().toString()))
                .containsExactlyInAnyOrder("[Backlog]", "[RunningInstances]");
    }

    @Test
    void supervisorThatMayNotAct_shouldSendNothing() {
        figures.decided(controller.withoutLease("another has it", NOW).plan(), List.of());
        decide(messages(1), NONE, NOW.plusSeconds(60));

        assertThat(values(service.await(1).get(0))).containsEntry("Backlog", 1.0);
        assertThat(service.await(1)).hasSize(1);
    }

    @Test
    void serviceThatRefuses_shouldNotKeepLaterFiguresBack() {
        service.refuse(true);
        decide(messages(1), NONE, NOW);
        service.await(1);
        service.refuse(false);
        decide(messages(2), NONE, NOW.plusSeconds(60));

        assertThat(service.await(2).stream().map(one -> values(one).get("Backlog")))
                .contains(1.0, 2.0);
    }

    @Test
    void both_shouldBeToldEverything() {
        StringBuilder told = new StringBuilder();
        SupervisorMeters both = SupervisorMeters.both(figures, new SupervisorMeters() {
            @Override
            public void decided(ScalingPlan plan, List<DecisionReport.Action> actions) {
                told.append("decided ");
            }

            @Override
            public void spent(Spent more) {
                told.append("spent ");
            }

            @Override
            public void ended() {
                told.append("ended");
            }
        });

        both.decided(
                controller
                        .decide(new FleetController.Readings(messages(1), NONE), NOW)
                        .plan(),
                List.of());
        both.spent(new Spent(1, 1, 1, "EUR"));
        both.ended();

        assertThat(told).hasToString("decided spent ended");
        assertThat(service.await(1)).hasSize(1);
    }
}
