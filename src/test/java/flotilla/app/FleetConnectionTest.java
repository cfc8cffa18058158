package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.aws.Await;
import flotilla.aws.AwsClients;
import flotilla.config.FlotillaSettings;
import flotilla.config.SettingsLoader;
import flotilla.protocol.InfrastructureException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FleetConnectionTest {
    private static final String NOBODY = "http://127.0.0.1:1";

    /** A gateway serves uploads while nobody can be launched. */
    @Test
    void groupThatCannotBeRead_shouldKeepNoGatewayFromStarting() {
        FlotillaSettings settings = FlotillaSettings.from(SettingsLoader.load(
                Optional.empty(),
                Optional.empty(),
                List.of(
                        "flotilla.aws.region=eu-central-1",
                        "flotilla.aws.endpoint.ec2=" + NOBODY,
                        "flotilla.aws.endpoint.autoscaling=" + NOBODY,
                        "flotilla.aws.credentials.access-key-id=AKIAEXAMPLE",
                        "flotilla.aws.credentials.secret-access-key=x",
                        "flotilla.fleet.mode=auto-scaling-group",
                        "flotilla.fleet.auto-scaling-group=workers")));

        try (AwsClients clients = AwsClients.open(settings.aws(), 0);
                FleetConnection connection =
                        FleetConnection.open(clients, settings, () -> {}).orElseThrow()) {
            assertThat(Await.failure(connection.look())).isInstanceOf(InfrastructureException.class);
        }
    }
}
