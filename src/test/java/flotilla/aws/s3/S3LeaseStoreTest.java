package flotilla.aws.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import flotilla.aws.Await;
import flotilla.config.StorageSettings;
import flotilla.protocol.InfrastructureException;
import flotilla.supervisor.LeaseEpoch;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class S3LeaseStoreTest extends S3Fixture {
    private static S3LeaseStore store(String cluster) {
        return new S3LeaseStore(
                server.system(), server.clients(), S3Server.storage(StorageSettings.Layout.BY_ID), cluster);
    }

    private static LeaseEpoch epoch(long number, String holder) {
        return new LeaseEpoch(
                number,
                holder,
                Duration.ofSeconds(8),
                number % 2 == 0,
                Instant.parse("2026-11-29T12:00:00Z").plusSeconds(number));
    }

    @Test
    void newest_shouldBeTheHighestNumberAsItWasWritten() {
        assertThat(Await.result(store("newest").newest())).isEmpty();

        for (int number : new int[] {1, 2, 9, 10, 100}) {
            assertThat(Await.result(store("newest").create(epoch(number, "10.0.0.1:2551/ab"))))
                    .isTrue();
        }

        assertThat(Await.result(store("newest").newest())).contains(epoch(100, "10.0.0.1:2551/ab"));
        assertThat(Await.result(store("newest-of-all").newest()))
                .as("another cluster's")
                .isEmpty();
    }

    @Test
    void numberThatIsThere_shouldStayAsItIs() {
        S3LeaseStore store = store("taken");
        assertThat(Await.result(store.create(epoch(1, "first")))).isTrue();

        assertThat(Await.result(store("taken").create(epoch(1, "second")))).isFalse();

        assertThat(Await.result(store.newest()).orElseThrow().holder()).isEqualTo("first");
    }

    @Test
    void manyAtTheSameTime_shouldGiveItToOne() {
        List<CompletionStage<Boolean>> claims = IntStream.range(0, 20)
                .mapToObj(i -> store("race").create(epoch(1, "holder-" + i)))
                .toList();

        assertThat(claims.stream().map(Await::result).filter(written -> written))
                .hasSize(1);
    }

    @Test
    void removal_shouldLeaveWhatIsNotOlder() {
        S3LeaseStore store = store("old");
        IntStream.rangeClosed(1, 6).forEach(number -> Await.result(store.create(epoch(number, "me"))));

        Await.result(store.removeBefore(5));

        assertThat(server.keys("output", "pre/supervisor/old/"))
                .containsExactly("pre/supervisor/old/000000000005.json", "pre/supervisor/old/000000000006.json");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "no JSON",
                "{\"holder\":\"me\",\"termMillis\":-1,\"writtenAt\":\"2026-11-29T12:00:00Z\"}",
                "{\"holder\":\"me\",\"termMillis\":9000000000000000000,\"writtenAt\":\"2026-11-29T12:00:00Z\"}",
                "{\"holder\":\"me\",\"termMillis\":8000,\"writtenAt\":\"yesterday\"}"
            })
    void objectThatIsNoEpoch_shouldCountAsSomebodysForTheUsualTerm(String text) {
        String cluster = "garbled-" + Integer.toHexString(text.hashCode());
        server.put("output", "pre/supervisor/" + cluster + "/000000000003.json", text.getBytes(UTF_8));
        server.put("output", "pre/supervisor/" + cluster + "/readme.txt", "x".getBytes(UTF_8));

        LeaseEpoch newest = Await.result(store(cluster).newest()).orElseThrow();

        assertThat(newest.number()).isEqualTo(3);
        assertThat(newest.term()).isEqualTo(LeaseEpoch.USUAL_TERM);
        assertThat(newest.released()).isFalse();
        assertThat(newest.holder())
                .isEqualTo("object pre/supervisor/" + cluster + "/000000000003.json, which is no epoch of a lease");
        assertThat(Await.result(store(cluster).create(epoch(4, "me")))).isTrue();
        assertThat(Await.result(store(cluster).newest())).contains(epoch(4, "me"));
    }

    @Test
    void highestNumber_shouldBeRefusedToFollowInOneLineWithTheRemedy() {
        assertThat(Await.failure(store("full").create(epoch(1_000_000_000_000L, "me"))))
                .isInstanceOf(InfrastructureException.class)
                .hasMessage("no epoch can follow object pre/supervisor/full/999999999999.json; stop all gateways and"
                        + " delete it");
    }
}
