package flotilla.aws.autoscaling;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.aws.Await;
import flotilla.aws.AwsClients;
import flotilla.protocol.InfrastructureException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AutoScalingExaminationTest {
    private final FakeAutoScaling scaling = new FakeAutoScaling();
    private final AwsClients clients = AwsClients.open(scaling.settings(), 0);
    private final AutoScalingExamination examination = AutoScalingExamination.connect(clients, FakeAutoScaling.GROUP);

    @AfterEach
    void close() {
        examination.close();
        clients.close();
        scaling.close();
    }

    @Test
    void look_shouldTellLimitsProtectionAndHooksForTerminationsAndChangeNothing() {
        scaling.limits(1, 7)
                .member("i-1", "InService", false)
                .hook("drain", "autoscaling:EC2_INSTANCE_TERMINATING")
                .hook("hello", "autoscaling:EC2_INSTANCE_LAUNCHING");

        AutoScalingExamination.Setup setup = Await.result(examination.look());

        assertThat(setup.min()).isEqualTo(1);
        assertThat(setup.max()).isEqualTo(7);
        assertThat(setup.protectsNew()).isTrue();
        assertThat(setup.hooks()).contains(List.of("drain"));
        assertThat(scaling.changes()).isEmpty();
    }

    @Test
    void unknownGroup_shouldFailWithTheKeyThatNamesIt() {
        try (AutoScalingExamination other = AutoScalingExamination.connect(clients, "other")) {
            assertThat(Await.failure(other.look()))
                    .isInstanceOf(InfrastructureException.class)
                    .hasMessageContaining("flotilla.fleet.auto-scaling-group");
        }
    }

    @Test
    void hooksThatMayNotBeSeen_shouldBeUnknownAndTheRestTold() {
        scaling.limits(1, 7).refuses("DescribeLifecycleHooks", "AccessDenied");

        AutoScalingExamination.Setup setup = Await.result(examination.look());

        assertThat(setup.max()).isEqualTo(7);
        assertThat(setup.hooks()).isEmpty();
    }
}
