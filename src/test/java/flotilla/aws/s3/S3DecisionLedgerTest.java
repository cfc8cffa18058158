package flotilla.aws.s3;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import flotilla.aws.Await;
import flotilla.config.StorageSettings;
import flotilla.protocol.DecisionJson;
import flotilla.protocol.DecisionReport.Decision;
import flotilla.protocol.Decisions;
import flotilla.protocol.InfrastructureException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class S3DecisionLedgerTest extends S3Fixture {
    private static S3DecisionLedger ledger(String writer) {
        return new S3DecisionLedger(
                server.system(), server.clients(), S3Server.storage(StorageSettings.Layout.BY_ID), writer);
    }

    private static Decision decision(long n) {
        return Decisions.because("backlog")
                .number(n)
                .queue(26, 0)
                .wanted(1)
                .actions(Decisions.action("launch", 1, "", "no\ncapacity"))
                .expected(20, 1)
                .decision();
    }

    private static List<Decision> read(String key) throws Exception {
        List<Decision> decisions = new ArrayList<>();
        String text =
                Await.result(server.objects().get("output", key)).orElseThrow().utf8String();
        for (String line : text.lines().toList()) {
            decisions.add(DecisionJson.read(new ObjectMapper().readTree(line)));
        }
        return decisions;
    }

    @Test
    void decisions_shouldBeALineEachInAnObjectOfTheirHour() throws Exception {
        List<Decision> decisions = List.of(decision(112_000_001), decision(112_000_003));

        Await.result(ledger("one").append(decisions));

        String key = "pre/decisions/2026-11-22/12/000112000001-000112000003-one.jsonl";
        assertThat(server.keys("output", "pre/decisions/2026-11-22/12/000112")).containsExactly(key);
        assertThat(read(key)).isEqualTo(decisions);
    }

    @Test
    void repeatedAppend_shouldLeaveWhatIsThere() throws Exception {
        Await.result(ledger("one").append(List.of(decision(5))));

        Await.result(ledger("one").append(List.of(decision(5))));
        Await.result(ledger("one").append(List.of(decision(5), decision(6))));

        assertThat(server.keys("output", "pre/decisions/2026-11-22/12/00000000000"))
                .containsExactly(
                        "pre/decisions/2026-11-22/12/000000000005-000000000005-one.jsonl",
                        "pre/decisions/2026-11-22/12/000000000005-000000000006-one.jsonl");
    }

    @Test
    void twoSupervisorsWithEqualNumbers_shouldNotTouchEachOther() throws Exception {
        Await.result(ledger("one").append(List.of(decision(70))));
        Await.result(ledger("two").append(List.of(decision(70))));

        assertThat(server.keys("output", "pre/decisions/2026-11-22/12/000000000070"))
                .hasSize(2);
    }

    @Test
    void nothing_shouldWriteNothing() {
        List<String> before = server.keys("output", "pre/decisions/");

        Await.result(ledger("one").append(List.of()));

        assertThat(server.keys("output", "pre/decisions/")).isEqualTo(before);
    }

    @Test
    void missingBucket_shouldFailInOneLineWithTheRemedy() {
        S3DecisionLedger nowhere = new S3DecisionLedger(
                server.system(),
                server.clients(),
                new StorageSettings("input", "nowhere", "", StorageSettings.Layout.BY_ID),
                "one");

        assertThat(Await.failure(nowhere.append(List.of(decision(1)))))
                .isInstanceOf(InfrastructureException.class)
                .hasMessageContaining("bucket nowhere does not exist");
    }
}
