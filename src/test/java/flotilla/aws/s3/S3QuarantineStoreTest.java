package flotilla.aws.s3;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.aws.Await;
import flotilla.domain.FailureCode;
import flotilla.domain.FileName;
import flotilla.domain.GatewayId;
import flotilla.domain.ImageRef;
import flotilla.domain.RequestId;
import flotilla.protocol.ClassificationRequest;
import flotilla.protocol.InfrastructureException;
import flotilla.protocol.QuarantineStore;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Requests in quarantine, on a real S3 interface. */
class S3QuarantineStoreTest extends S3Fixture {
    private static final Random RANDOM = new Random(3);
    private static final Instant AT = Instant.parse("2026-11-29T06:00:00Z");
    private static QuarantineStore quarantine;

    @BeforeAll
    static void start() {
        quarantine = server.quarantine();
    }

    private static RequestId freshId(long epochSecond) {
        return RequestId.create(Instant.ofEpochSecond(epochSecond), RANDOM);
    }

    private static QuarantineStore.Quarantined quarantined(RequestId id, int generation) {
        ClassificationRequest request = new ClassificationRequest(
                id,
                new ImageRef("input", id + "/a.jpg"),
                new FileName("größe (1).jpg"),
                new GatewayId("gateway-1"),
                AT,
                Optional.empty());
        return new QuarantineStore.Quarantined(
                request.redriven(generation).quarantined("it was inside"),
                FailureCode.QUARANTINED,
                "it was inside",
                AT);
    }

    @Test
    void quarantinedRequest_shouldBeFoundListedAndRemoved() {
        RequestId later = freshId(300);
        RequestId earlier = freshId(200);
        Await.result(quarantine.keep(quarantined(later, 1)));
        Await.result(quarantine.keep(quarantined(earlier, 1)));
        Await.result(quarantine.keep(quarantined(earlier, 1)));

        assertThat(Await.result(quarantine.ids(100))).containsSubsequence(earlier, later);
        assertThat(Await.result(quarantine.ids(1))).hasSize(1);
        assertThat(Await.result(quarantine.find(later))).contains(quarantined(later, 1));
        Await.result(quarantine.remove(quarantined(later, 1)));
        Await.result(quarantine.remove(quarantined(later, 1)));
        assertThat(Await.result(quarantine.find(later))).isEmpty();
        assertThat(Await.result(quarantine.ids(100))).doesNotContain(later);
    }

    @Test
    void redrives_shouldBeToldInOrderAndOutliveTheQuarantine() {
        RequestId id = freshId(600);
        assertThat(Await.result(quarantine.redrives(id))).isEmpty();
        Await.result(quarantine.keep(quarantined(id, 1)));

        Await.result(quarantine.note(new QuarantineStore.Redriven(id, 10, AT)));
        Await.result(quarantine.note(new QuarantineStore.Redriven(id, 2, AT)));
        Await.result(quarantine.note(new QuarantineStore.Redriven(id, 2, AT.plusMillis(1))));
        assertThat(Await.result(quarantine.find(id))).contains(quarantined(id, 1));
        Await.result(quarantine.remove(quarantined(id, 10)));

        assertThat(Await.result(quarantine.find(id))).isEmpty();
        assertThat(Await.result(quarantine.ids(1000))).doesNotContain(id);
        assertThat(Await.result(quarantine.redrives(id)))
                .containsExactly(new QuarantineStore.Redriven(id, 2, AT), new QuarantineStore.Redriven(id, 10, AT));
    }

    @Test
    void foreignObject_shouldBeNamedWithTheRemedyAndNoIdBeTakenFromOthers() {
        RequestId id = freshId(400);
        ByteString text = ByteString.fromString("{}");
        Await.result(
                server.objects().put("output", "pre/quarantine/" + id + ".json", ContentTypes.APPLICATION_JSON, text));
        Await.result(server.objects().put("output", "pre/quarantine/readme.txt", ContentTypes.TEXT_PLAIN_UTF8, text));

        assertThat(Await.failure(quarantine.find(id)))
                .isInstanceOf(InfrastructureException.class)
                .hasMessageContaining("is no request in quarantine; delete it");
        assertThat(Await.result(quarantine.ids(1000)))
                .contains(id)
                .allMatch(one -> one.value().length() == 36);
    }

    @Test
    void laterGeneration_shouldStayWhateverBecomesOfAnEarlierOne() {
        RequestId id = freshId(500);
        Await.result(quarantine.keep(quarantined(id, 1)));
        Await.result(quarantine.keep(quarantined(id, 2)));
        Await.result(quarantine.keep(quarantined(id, 10)));
        Await.result(quarantine.keep(quarantined(id, 1)));

        assertThat(Await.result(quarantine.find(id))).contains(quarantined(id, 10));
        assertThat(Await.result(quarantine.ids(1000))).containsOnlyOnce(id);
        Await.result(quarantine.remove(quarantined(id, 2)));
        assertThat(Await.result(quarantine.find(id))).contains(quarantined(id, 10));
        assertThat(server.keys("output", "pre/quarantine/" + id)).containsExactly("pre/quarantine/" + id + ".10.json");
        Await.result(quarantine.remove(quarantined(id, 10)));
        assertThat(Await.result(quarantine.find(id))).isEmpty();
    }
}
