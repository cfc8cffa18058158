package flotilla.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import flotilla.config.SettingsLoader;
import flotilla.cost.CallCount;
import flotilla.cost.Since;
import flotilla.cost.Usage;
import flotilla.domain.AppTierId;
import flotilla.domain.GatewayId;
import flotilla.domain.InstanceId;
import flotilla.domain.RequestId;
import flotilla.domain.WorkerId;
import flotilla.scaling.Activity;
import flotilla.scaling.MachineOutlook;
import flotilla.scaling.Pace;
import flotilla.scaling.ServiceCount;
import flotilla.scaling.WorkerSighting;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every message that crosses nodes survives the trip. */
class ClusterMessagesTest {
    private static final ActorTestKit KIT =
            ActorTestKit.create(SettingsLoader.load(Optional.empty(), Optional.empty(), List.of()));

    private static final RequestId ID = new RequestId("01a205f0-4de1-7ee5-8467-340da8ad4ddf");

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private static void roundTrip(Object message) {
        KIT.serializationTestKit().verifySerialization(message, true);
    }

    @Test
    void workerReports_shouldRoundTrip() {
        roundTrip(new SupervisorCommand.WorkerReport(
                new WorkerSighting(
                        new WorkerId("i-1"),
                        Optional.of(new InstanceId("i-1")),
                        Optional.of(new AppTierId(3)),
                        Activity.DRAINING,
                        1_700_000_000_000L,
                        2,
                        5,
                        new ServiceCount(1234, Duration.ofMillis(617_123), 2),
                        1_700_000_000_001L,
                        17),
                KIT.<WorkerCommand>createTestProbe().getRef()));
        roundTrip(new SupervisorCommand.WorkerReport(
                new WorkerSighting(
                        new WorkerId("by-hand"),
                        Optional.empty(),
                        Optional.empty(),
                        Activity.WORKING,
                        0,
                        0,
                        0,
                        ServiceCount.none(1),
                        0,
                        1),
                KIT.<WorkerCommand>createTestProbe().getRef(),
                Optional.of(new CallCount(Map.of("sqs:ReceiveMessage", 17L)))));
    }

    private static SupervisorCommand.WorkerReport reportOfAMachine(MachineOutlook outlook) {
        return new SupervisorCommand.WorkerReport(
                new WorkerSighting(
                        new WorkerId("i-1"),
                        Optional.of(new InstanceId("i-1")),
                        Optional.empty(),
                        Activity.LEAVING,
                        0,
                        0,
                        0,
                        ServiceCount.none(1),
                        1,
                        2,
                        outlook),
                KIT.<WorkerCommand>createTestProbe().getRef());
    }

    @Test
    void noticesOfEc2_shouldRoundTripInReports() {
        Instant at = Instant.parse("2026-11-29T12:00:00Z");
        roundTrip(reportOfAMachine(new MachineOutlook(Optional.of(at), Optional.of(at.minusSeconds(60)))));
        roundTrip(reportOfAMachine(new MachineOutlook(Optional.empty(), Optional.of(at))));
    }

    /** Workers are replaced one by one, so that old and new ones report side by side. */
    @Test
    void reportOfAnotherVersion_shouldBeUnderstood() throws Exception {
        Instant at = Instant.parse("2026-11-29T12:00:00Z");
        SupervisorCommand.WorkerReport report = reportOfAMachine(new MachineOutlook(Optional.of(at), Optional.empty()));

        assertThat(changed(report, tree -> sighting(tree).remove("outlook"))
                        .sighting()
                        .outlook())
                .isEqualTo(MachineOutlook.STAYS);
        assertThat(changed(report, tree -> ((ObjectNode) sighting(tree).get("outlook")).remove("atRiskSince"))
                        .sighting())
                .isEqualTo(report.sighting());
        assertThat(changed(report, tree -> sighting(tree).put("moreThanWeKnow", 1))
                        .sighting())
                .isEqualTo(report.sighting());
    }

    /** An older node does not tell its requests to AWS: they are unknown, and not none. */
    @Test
    void countOfRequestsThatIsMissing_shouldBeUnknown() throws Exception {
        assertThat(changed(reportOfAMachine(MachineOutlook.STAYS), tree -> tree.remove("calls"))
                        .calls())
                .isEmpty();
        SupervisorCommand.WorkArrived work = new SupervisorCommand.WorkArrived(
                new GatewayId("gateway"), 500, 110, 0, 390, Optional.of(CallCount.NONE));
        assertThat(changed(work, tree -> tree.remove("calls")).calls()).isEmpty();
    }

    private static ObjectNode sighting(ObjectNode report) {
        return (ObjectNode) report.get("sighting");
    }

    /** What a node of another version makes of a message, or sends as such. */
    private static <T> T changed(T message, Consumer<ObjectNode> change) throws Exception {
        Serialization serialization = SerializationExtension.get(Adapter.toClassic(KIT.system()));
        CBORMapper cbor = new CBORMapper();
        JsonNode tree = cbor.readTree(serialization.serialize(message).get());
        change.accept((ObjectNode) tree);
        @SuppressWarnings("unchecked")
        Class<T> type = (Class<T>) message.getClass();
        int jackson = serialization.serializerFor(type).identifier();
        return type.cast(serialization
                .deserialize(cbor.writeValueAsBytes(tree), jackson, type.getName())
                .get());
    }

    /** No data is not zero. */
    @Test
    void countsThatAnEarlierVersionDoesNotSend_shouldBeUnknown() throws Exception {
        DecisionReport report = new DecisionReport(
                List.of(Decisions.because("steady").counted(500, 480).decision()));

        DecisionReport.Decision told = changed(report, tree -> {
                    ObjectNode decision = (ObjectNode) tree.get("decisions").get(0);
                    decision.remove("accepted");
                    decision.putNull("answered");
                    decision.remove("unanswered");
                })
                .decisions()
                .get(0);

        assertThat(told.accepted()).isEqualTo(-1);
        assertThat(told.answered()).isEqualTo(-1);
        assertThat(told.unanswered()).isEqualTo(-1);
        assertThat(told.visible()).isZero();
        SupervisorCommand.WorkArrived work = new SupervisorCommand.WorkArrived(new GatewayId("g"), 500, 20, 480);
        SupervisorCommand.WorkArrived older = changed(work, tree -> {
            tree.remove("answered");
            tree.remove("overdue");
        });
        assertThat(older.answered()).isEqualTo(-1);
        assertThat(older.overdue()).isEqualTo(-1);
        assertThat(older.unanswered()).isEqualTo(20);
    }

    @Test
    void instanceOfAnEarlierVersion_shouldBeCountedByItsState() throws Exception {
        FleetReport.Line line = new FleetReport.Line("i-1", 1, "shutting-down", 0, 17, Instant.EPOCH, "ending");

        FleetReport.Line told = changed(
                        new FleetReport(List.of(line)),
                        tree -> ((ObjectNode) tree.get("instances").get(0)).remove("countedAs"))
                .instances()
                .get(0);

        assertThat(told.countedAs()).isEmpty();
        assertThat(told.counted()).isEqualTo("ending");
        assertThat(told.word()).isEqualTo("shutting-down");
    }

    @Test
    void questionsAndNotices_shouldRoundTrip() {
        roundTrip(new SupervisorCommand.WorkArrived(new GatewayId("gateway"), 500, 110, 5_000_000_000L));
        roundTrip(new SupervisorCommand.WorkArrived(
                new GatewayId("gateway"),
                500,
                110,
                7,
                383,
                Optional.of(new CallCount(Map.of("s3:PutObject", 5_000_000_000L)))));
        roundTrip(new SupervisorCommand.GetCost(
                Since.EVER, KIT.<CostReport>createTestProbe().getRef()));
        roundTrip(new SupervisorCommand.GetCost(
                Since.parse("24h").orElseThrow(),
                KIT.<CostReport>createTestProbe().getRef()));
        roundTrip(new SupervisorCommand.GetFleet(
                KIT.<FleetReport>createTestProbe().getRef()));
        roundTrip(
                new SupervisorCommand.GetPace(KIT.<PaceReport>createTestProbe().getRef()));
        roundTrip(new SupervisorCommand.GetDecisions(
                10, KIT.<DecisionReport>createTestProbe().getRef()));
        roundTrip(new SupervisorCommand.GetDecisionsAfter(
                112_000_000_000L, 50, KIT.<DecisionReport>createTestProbe().getRef()));
        roundTrip(new SupervisorCommand.GetDecision(
                7, KIT.<DecisionReport>createTestProbe().getRef()));
        roundTrip(new SupervisorCommand.FindHolder(
                ID, KIT.<HolderReport>createTestProbe().getRef()));
        roundTrip(new SupervisorCommand.GetSupplier(
                new InstanceId("i-1"),
                Instant.parse("2026-11-22T12:00:00.123456Z"),
                KIT.<DecisionReport>createTestProbe().getRef()));
    }

    @Test
    void commandsToWorkers_shouldRoundTrip() {
        roundTrip(new WorkerCommand.Heard(120));
        roundTrip(new WorkerCommand.Registered(Optional.of(new AppTierId(20))));
        roundTrip(new WorkerCommand.Registered(Optional.empty()));
        roundTrip(new WorkerCommand.Drain(17));
        roundTrip(new WorkerCommand.CancelDrain(17));
        roundTrip(new WorkerCommand.RequestsFrom(1_700_000_000_000L));
        roundTrip(
                new WorkerCommand.WhoHas(ID, KIT.<HolderReport>createTestProbe().getRef()));
    }

    @Test
    void reports_shouldRoundTrip() {
        Instant at = Instant.parse("2026-11-22T12:00:00.123456Z");
        roundTrip(new FleetReport(List.of(new FleetReport.Line("i-1", 1, "running", 2, 17, at, "silent"))));
        roundTrip(Costs.report());
        roundTrip(Costs.report(Usage.NONE));
        roundTrip(new PaceReport(Optional.empty()));
        roundTrip(new PaceReport(Optional.of(new Pace(110.5, 0.25, 3, List.of(0.5, 60.0)))));
        roundTrip(new HolderReport("i-1", 2, Duration.ofMillis(1234), true));
        roundTrip(new DecisionReport(List.of(), true));
        roundTrip(new DecisionReport(List.of(new DecisionReport.Decision(
                1,
                at,
                "message-count",
                "launch",
                "backlog",
                4,
                0,
                0,
                0,
                0,
                4,
                5_000_000_000L,
                4_999_999_996L,
                4,
                List.of(new DecisionReport.Action("launch", 1, "i-1", "", "ok")),
                new DecisionReport.Vote(5, Map.of("backlog", 4.5)),
                List.of("max-instances 4"),
                List.of("instance i-2 has no app-tier id"),
                List.of(new DecisionReport.Shadow(
                        "step", "launch", "backlog", 1, 1, 0, new DecisionReport.Vote(1, Map.of()))),
                Optional.of(new DecisionReport.Forecast(at, 3.5, 4)),
                Optional.of(new DecisionReport.Forecast(at, 4, 3))))));
    }

    @Test
    void javaSerialization_shouldBeRefused() {
        Serialization serialization = SerializationExtension.get(Adapter.toClassic(KIT.system()));

        assertThat(KIT.system().settings().config().getBoolean("pekko.actor.allow-java-serialization"))
                .isFalse();
        assertThatThrownBy(() -> serialization
                        .serializerFor(Exception.class)
                        .toBinary(new IllegalStateException("anything that is merely Serializable")))
                .hasMessageContaining("Java serialization")
                .hasMessageContaining("was disabled");
    }

    /** A peer names the class that its bytes are to become; only the protocol's own are made. */
    @ParameterizedTest
    @ValueSource(
            classes = {
                java.util.HashMap.class,
                javax.naming.InitialContext.class,
                flotilla.domain.InstanceId.class,
                flotilla.config.SettingsLoader.class,
                Foreign.class
            })
    void foreignClass_shouldNotBeDeserialized(Class<?> foreign) throws Exception {
        Serialization serialization = SerializationExtension.get(Adapter.toClassic(KIT.system()));
        int jackson = serialization.serializerFor(WorkerCommand.Heard.class).identifier();
        byte[] emptyObject = {(byte) 0xBF, (byte) 0xFF};

        assertThatThrownBy(() -> serialization
                        .deserialize(emptyObject, jackson, foreign.getName())
                        .get())
                .hasMessageContaining(foreign.getName())
                .hasMessageContaining("Only classes that are listed as allowed");
    }

    /** A class of ours that is no message. */
    private record Foreign(String command) {}
}
