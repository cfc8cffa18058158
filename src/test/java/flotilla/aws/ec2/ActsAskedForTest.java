package flotilla.aws.ec2;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.aws.Await;
import flotilla.aws.AwsClients;
import flotilla.config.FleetSettings;
import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.supervisor.InstanceFleet.LaunchFailedException;
import flotilla.supervisor.SupervisorLease.NoLeaseException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who may not act sends nothing to EC2 but questions. */
class ActsAskedForTest {
    private final FakeEc2 ec2 = new FakeEc2();
    private final AwsClients clients = AwsClients.open(ec2.settings(), 0);
    /** How many acts are let through. */
    private final AtomicInteger left = new AtomicInteger();

    private final Ec2InstanceFleet fleet = Ec2InstanceFleet.connect(
            clients,
            new FleetSettings(
                    FleetSettings.Mode.LAUNCH,
                    Optional.empty(),
                    Optional.of("ami-1"),
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
            Clock.systemUTC(),
            () -> {
                if (left.getAndDecrement() <= 0) {
                    throw new NoLeaseException("held by another");
                }
            });

    @AfterEach
    void close() {
        fleet.close();
        clients.close();
        ec2.close();
    }

    @Test
    void actWithoutTheLease_shouldNotBeSent() {
        assertThat(Await.failure(fleet.launch(new AppTierId(7), "token", "")))
                .isInstanceOf(LaunchFailedException.class)
                .hasMessageContaining("no lease: held by another");
        assertThat(Await.failure(fleet.terminate(new InstanceId("i-1"))))
                .hasMessageContaining("no lease: held by another");
        assertThat(ec2.calls()).isEmpty();
    }

    @Test
    void question_shouldPass() {
        ec2.answers("DescribeInstances", "<reservationSet/>");

        assertThat(Await.result(fleet.describe()).instances()).isEmpty();
    }

    @Test
    void retryAfterTheLeaseWasLost_shouldNotBeSent() {
        ec2.losesThreeAnswers();
        left.set(1);

        assertThat(Await.failure(fleet.launch(new AppTierId(7), "token", "")))
                .hasMessageContaining("no lease: held by another");

        assertThat(ec2.calls()).hasSize(1);
    }
}
