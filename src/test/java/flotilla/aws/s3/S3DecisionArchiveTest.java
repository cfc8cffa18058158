package flotilla.aws.s3;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.aws.Await;
import flotilla.config.StorageSettings;
import flotilla.domain.InstanceId;
import flotilla.protocol.DecisionReport.Action;
import flotilla.protocol.DecisionReport.Decision;
import flotilla.protocol.Decisions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class S3DecisionArchiveTest extends S3Fixture {
    private static final StorageSettings STORAGE = S3Server.storage(StorageSettings.Layout.BY_ID);

    private static Decision launch(long n, long secondsLater, String instance) {
        return Decisions.because("backlog")
                .number(n)
                .at(secondsLater)
                .actions(new Action("launch", 1, instance, "", Action.OK))
                .decision();
    }

    private static void keep(Decision... decisions) {
        Await.result(
                new S3DecisionLedger(server.system(), server.clients(), STORAGE, "archive").append(List.of(decisions)));
    }

    private static Optional<Long> supplier(String instance, Duration later) {
        Instant before = Decisions.AT.plus(later);
        return Await.result(new S3DecisionArchive(server.system(), server.clients(), STORAGE)
                        .supplier(new InstanceId(instance), before))
                .map(Decision::n);
    }

    @Test
    void launch_shouldBeFoundInItsHourAndHoursLater() {
        keep(launch(900, 0, "i-a"), launch(901, 1, "i-b"));
        keep(launch(902, 7200, "i-c"));

        assertThat(supplier("i-a", Duration.ofSeconds(90))).contains(900L);
        assertThat(supplier("i-b", Duration.ofHours(5))).contains(901L);
        assertThat(supplier("i-b", Duration.ofHours(23))).contains(901L);
        assertThat(supplier("i-b", Duration.ofHours(30)))
                .as("not looked for so far back")
                .isEmpty();
        assertThat(supplier("i-c", Duration.ofSeconds(90))).as("later").isEmpty();
        assertThat(supplier("i-d", Duration.ofSeconds(90))).isEmpty();
    }

    @Test
    void lineThatCannotBeRead_shouldBePassedOver() {
        server.put(
                "output",
                "pre/decisions/2026-11-22/12/000000000910-000000000910-x.jsonl",
                "{\"n\":1}\nnonsense\n".getBytes(StandardCharsets.UTF_8));
        keep(launch(911, 2, "i-e"));

        assertThat(supplier("i-e", Duration.ofSeconds(90))).contains(911L);
    }
}
