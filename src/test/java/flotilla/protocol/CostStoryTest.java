package flotilla.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import flotilla.cost.Since;
import flotilla.cost.Usage;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CostStoryTest {
    private static String text(CostReport report) {
        return text(report, "30m");
    }

    private static String text(CostReport report, String since) {
        return CostStory.text(CostJson.toJson(report), Since.parse(since).orElseThrow());
    }

    @Test
    void hour_shouldBeToldWithItsParts() {
        assertThat(text(Costs.report()).lines())
                .containsExactly(
                        "From 2026-11-29 11:00:00 UTC to 2026-11-29 12:00:00 UTC, 1 h 0 min",
                        "Records reach back to 2026-11-29 08:21:07 UTC",
                        "",
                        "Watched         3600 s, 100 % of it",
                        "Images          18000",
                        "Instances       7200 s, 25 % of it idle",
                        "  c7i.large                                    3600 s  1.00 EUR (1.00 EUR an hour)",
                        "  c7i.large on Spot                            3600 s  0.25 EUR (0.25 EUR an hour)",
                        "  c7i.large, pending                             75 s  not charged",
                        "Requests to AWS every node tells its own",
                        "  ec2:DescribeInstances                           360  0 EUR",
                        "  s3:DeleteObject                                1000  0 EUR",
                        "  s3:GetObject                                   1000  1.00 EUR",
                        "  s3:PutObject                                   1000  3.00 EUR",
                        "  sns:Publish                                       5  not in the price list",
                        "  sqs:ReceiveMessage                           250000  1.00 EUR",
                        "",
                        "Instances       1.25 EUR",
                        "Requests        5.00 EUR",
                        "Together        6.25 EUR",
                        "An image        0.000347 EUR",
                        "An hour         6.25 EUR",
                        "",
                        "By the price list of flotilla.cost; gateways' machines, disks, storage and transfer are not in it.");
    }

    @Test
    void timeBeforeTheRecords_shouldBeSaidToBeUnknown() {
        assertThat(text(Costs.report(), "24h"))
                .contains("Records reach back to 2026-11-29 08:21:07 UTC: less than was asked for;");
        assertThat(CostStory.text(CostJson.toJson(Costs.report()), Since.EVER)).doesNotContain("less than");
    }

    /** No data is not zero. */
    @Test
    void whatIsNotKnown_shouldNotBeZero() {
        String nothing = text(Costs.report(Usage.NONE));
        String incomplete = text(Costs.report(new Usage(3600, List.of(), 3, 0, Map.of(), false)));

        assertThat(nothing).contains("An image        unknown\n", "idle share unknown", "Together        0 EUR");
        assertThat(incomplete).contains("Requests to AWS more than these: some nodes run an older version");
    }

    @Test
    void answerOfSomethingElse_shouldBeRefused() throws Exception {
        JsonNode other = new ObjectMapper().readTree("{\"instances\":[]}");

        assertThatThrownBy(() -> CostStory.text(other, Since.EVER))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("from is no time");
    }
}
