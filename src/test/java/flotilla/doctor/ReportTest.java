package flotilla.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTest {
    private final Report report = new Report(List.of(
            Finding.ok("region", "eu-central-1"),
            Finding.warning("clock", "late", "set it"),
            Finding.error("queue q", "does\nnot exist", "make it")));

    @Test
    void lines_shouldHaveEachFindingWithItsRemedyAndASum() {
        assertThat(report.lines())
                .containsExactly(
                        "ok       region: eu-central-1",
                        "warning  clock: late",
                        "         -> set it",
                        "error    queue q: does not exist",
                        "         -> make it",
                        "3 findings: 1 error, 1 warning");
    }

    @Test
    void json_shouldBeOneLineWithAllOfThem() {
        assertThat(report.json())
                .isEqualTo(
                        "{\"findings\":[{\"status\":\"ok\",\"check\":\"region\",\"what\":\"eu-central-1\",\"remedy\":\"\"},"
                                + "{\"status\":\"warning\",\"check\":\"clock\",\"what\":\"late\",\"remedy\":\"set it\"},"
                                + "{\"status\":\"error\",\"check\":\"queue q\",\"what\":\"does not exist\",\"remedy\":\"make it\"}],"
                                + "\"errors\":1,\"warnings\":1}");
    }
}
