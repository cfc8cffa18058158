package flotilla.aws.ec2;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.aws.Await;
import flotilla.aws.AwsClients;
import flotilla.config.FleetSettings;
import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.protocol.InfrastructureException;
import flotilla.supervisor.InstanceFleet.LaunchFailedException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** EC2 that answers with {@code RequestLimitExceeded}: calls are repeated after a pause, and then it is said what it is. */
class ThrottledEc2Test {
    private static final String TOO_MANY = "RequestLimitExceeded";
    private static final int STATUS = 503;
    private static final InstanceId ID = new InstanceId("i-5");
    private static final String NO_INSTANCES = "<instancesSet/>";

    private final FakeEc2 ec2 = new FakeEc2();
    private final AwsClients clients = AwsClients.open(ec2.settings(), 0);
    private final Ec2InstanceFleet fleet = Ec2InstanceFleet.connect(
            clients,
            new FleetSettings(
                    FleetSettings.Mode.LAUNCH,
                    Optional.empty(),
                    Optional.empty(),
                    List.of("c7i.large"),
                    List.of(),
                    List.of(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    "drain",
                    new FleetSettings.WarmPool(0, FleetSettings.WarmPool.State.STOPPED),
                    false,
                    ""),
            "blue",
            Clock.systemUTC());

    @AfterEach
    void close() {
        fleet.close();
        clients.close();
        ec2.close();
    }

    private FakeEc2 twiceTooMany() {
        return ec2.fails(STATUS, TOO_MANY).fails(STATUS, TOO_MANY);
    }

    @Test
    void description_shouldBeRepeated() {
        twiceTooMany().answers("DescribeInstances", "<reservationSet/>");

        assertThat(Await.result(fleet.describe()).instances()).isEmpty();

        assertThat(ec2.calls()).hasSize(3);
    }

    @Test
    void launch_shouldBeRepeatedWithItsToken() {
        twiceTooMany()
                .answers("RunInstances", "<instancesSet>" + FakeEc2.instance("i-9", "pending", "") + "</instancesSet>");

        assertThat(Await.result(fleet.launch(new AppTierId(7), "token", "")).id())
                .isEqualTo(new InstanceId("i-9"));

        assertThat(ec2.calls()).hasSize(3).allSatisfy(call -> assertThat(call).containsEntry("ClientToken", "token"));
    }

    @Test
    void start_shouldBeRepeated() {
        twiceTooMany().answers("StartInstances", NO_INSTANCES);
        Await.result(fleet.start(ID));
        assertThat(ec2.calls()).hasSize(3);
    }

    @Test
    void callThatIsAlwaysTooMany_shouldBeNoRefusal() {
        ec2.failsThreeTimes(STATUS, TOO_MANY);

        assertThat(Await.failure(fleet.terminate(ID)))
                .isInstanceOf(InfrastructureException.class)
                .hasMessageStartingWith("EC2 TerminateInstances of i-5 failed: RequestLimitExceeded: ")
                .hasMessageNotContaining("access denied");
        assertThat(ec2.calls()).hasSize(3);
        assertThat(Await.failure(fleet.start(ID))).isInstanceOfSatisfying(LaunchFailedException.class, failure -> {
            assertThat(failure.code()).isEqualTo(TOO_MANY);
            assertThat(failure.outcomeKnown()).isTrue();
        });
    }

    @Test
    void refusal_shouldNotBeRepeated() {
        ec2.fails(403, "UnauthorizedOperation");

        assertThat(Await.failure(fleet.terminate(ID))).hasMessageContaining("access denied (UnauthorizedOperation)");

        assertThat(ec2.calls()).hasSize(1);
    }
}
