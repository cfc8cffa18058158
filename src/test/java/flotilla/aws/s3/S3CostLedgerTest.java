package flotilla.aws.s3;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.aws.Await;
import flotilla.config.StorageSettings;
import flotilla.cost.Past;
import flotilla.cost.Usage;
import flotilla.protocol.Costs;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class S3CostLedgerTest extends S3Fixture {
    private static final LocalDate DAY = LocalDate.of(2026, 11, 29);
    private static final Instant HOUR = Instant.parse("2026-11-29T12:00:00Z");
    private static final Instant ACCOUNT = Instant.parse("2026-11-29T08:21:07Z");

    private static S3CostLedger ledger(String prefix, String writer) {
        return new S3CostLedger(
                server.system(),
                server.clients(),
                new StorageSettings("input", "output", prefix, StorageSettings.Layout.BY_ID),
                writer);
    }

    private static Usage images(long count) {
        return new Usage(3600, Costs.USAGE.instances(), count, 1.5, Costs.USAGE.calls(), true);
    }

    @Test
    void recordsOfAllAccounts_shouldBeReadTogether() {
        S3CostLedger one = ledger("together/", "one");
        S3CostLedger two = ledger("together/", "two");
        Await.result(one.write(ACCOUNT, DAY, Map.of(HOUR, images(5))));
        Await.result(one.write(ACCOUNT, DAY, Map.of(HOUR, images(7))));
        Await.result(two.write(ACCOUNT, DAY, Map.of(HOUR, images(30), HOUR.plusSeconds(3600), images(100))));

        Past past =
                Await.result(ledger("together/", "three").read(ACCOUNT, DAY)).orElseThrow();

        assertThat(server.keys("output", "together/costs/"))
                .containsExactly(
                        "together/costs/2026-11-29/" + ACCOUNT.toEpochMilli() + "-one.json",
                        "together/costs/2026-11-29/" + ACCOUNT.toEpochMilli() + "-two.json");
        assertThat(past.begin()).isEqualTo(ACCOUNT);
        assertThat(past.hours().get(HOUR).images())
                .as("the last writing of each")
                .isEqualTo(37);
        assertThat(past.hours().get(HOUR.plusSeconds(3600))).isEqualTo(images(100));
    }

    @Test
    void ownRecordsAndOldOnes_shouldBeLeftOut() {
        S3CostLedger one = ledger("own/", "one");
        Await.result(one.write(ACCOUNT, DAY, Map.of(HOUR, images(5))));
        Await.result(one.write(ACCOUNT.plusMillis(1), DAY, Map.of(HOUR, images(70))));

        assertThat(Await.result(one.read(ACCOUNT, DAY))
                        .orElseThrow()
                        .hours()
                        .get(HOUR)
                        .images())
                .isEqualTo(70);
        assertThat(Await.result(one.read(ACCOUNT, DAY.plusDays(1)))).isEmpty();
    }

    /** Of a later day the account's beginning is that day's. */
    @Test
    void recordOfALaterDay_shouldBeginWithIt() {
        S3CostLedger one = ledger("later/", "one");
        Await.result(one.write(ACCOUNT, DAY.plusDays(1), Map.of()));

        assertThat(Await.result(one.read(Instant.EPOCH, DAY)).orElseThrow().begin())
                .isEqualTo(Instant.parse("2026-11-30T00:00:00Z"));
    }

    @Test
    void whatCannotBeRead_shouldBePassedOver() {
        for (String text : new String[] {"nonsense", "{}", "{\"begin\":\"x\"}"}) {
            server.put(
                    "output", "odd/costs/2026-11-29/" + text.length() + ".json", text.getBytes(StandardCharsets.UTF_8));
        }
        server.put(
                "output",
                "odd/costs/2026-11-29/later.json",
                ("{\"begin\":\"2026-11-29T08:00:00Z\",\"hours\":[{\"hour\":\"2026-11-29T08:00:00Z\",\"instances\":"
                                + "[{\"state\":\"dreaming\"}]}]}")
                        .getBytes(StandardCharsets.UTF_8));

        assertThat(Await.result(ledger("odd/", "one").read(ACCOUNT, DAY))).isEqualTo(Optional.empty());
    }
}
