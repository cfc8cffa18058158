package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class GatewayCommandTest {
    private final StringWriter err = new StringWriter();

    @Test
    void secretForWorkers_shouldBeRefusedAtTheStartInOneLine() {
        int status = Main.run(
                Main.commandLine().setErr(new PrintWriter(err, true)),
                "gateway",
                "--set",
                "flotilla.fleet.worker-settings={ push { secrets = [\"whsec_fake\"] } }");

        assertThat(status).isEqualTo(1);
        assertThat(err.toString())
                .startsWith("gateway: flotilla.fleet.worker-settings must not have push.secrets")
                .doesNotContain("whsec_fake")
                .hasLineCount(1);
    }
}
