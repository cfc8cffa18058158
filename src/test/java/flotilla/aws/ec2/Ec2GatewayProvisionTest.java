package flotilla.aws.ec2;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.aws.Await;
import flotilla.aws.AwsClients;
import flotilla.config.FlotillaSettings;
import flotilla.config.SettingsLoader;
import flotilla.protocol.InfrastructureException;
import flotilla.provision.Attributes;
import flotilla.provision.Kind;
import flotilla.provision.Seen;
import flotilla.provision.Thing;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class Ec2GatewayProvisionTest {
    private static final Thing OURS = new Thing(Kind.GATEWAY, "blue-gateway");

    private final FakeEc2 ec2 = new FakeEc2();
    private final AwsClients clients = AwsClients.open(ec2.settings(), 0);
    private final Ec2GatewayProvision gateways = Ec2GatewayProvision.connect(
            clients,
            FlotillaSettings.from(SettingsLoader.load(Optional.empty(), Optional.empty(), List.of()))
                    .provision()
                    .gateway(),
            Optional.empty(),
            "blue",
            () -> "#!/bin/sh\n",
            Clock.systemUTC());

    @AfterEach
    void close() {
        gateways.close();
        clients.close();
        ec2.close();
    }

    private static String gateway(String id, String name, String state) {
        return FakeEc2.instance(id, state, FakeEc2.tag("Name", name) + FakeEc2.tag("flotilla:role", "gateway"));
    }

    private FakeEc2 described(String... instances) {
        return ec2.answers(
                "DescribeInstances",
                "<reservationSet><item><instancesSet>" + String.join("", instances)
                        + "</instancesSet></item></reservationSet>");
    }

    private FakeEc2 terminated() {
        return ec2.answers("TerminateInstances", "<instancesSet/>");
    }

    /** Until it is gone its supervisor may launch workers. */
    @Test
    void remove_shouldEndThoseOfThisNameAloneAndReturnWhenTheyAreGone() {
        described(gateway("i-1", "blue-gateway", "running"), gateway("i-2", "blue-gateway-by-hand", "running"));
        terminated();
        described(gateway("i-1", "blue-gateway", "terminated"));

        Await.result(gateways.remove(OURS));

        assertThat(ec2.calls())
                .extracting(call -> call.get("Action"))
                .containsExactly("DescribeInstances", "TerminateInstances", "DescribeInstances");
        Map<String, String> end = ec2.calls().get(1);
        assertThat(end).containsEntry("InstanceId.1", "i-1").doesNotContainKey("InstanceId.2");
    }

    @Test
    void gatewayOfAnotherName_shouldNotBeTaken() {
        described(gateway("i-2", "blue-gateway-by-hand", "running"));

        assertThat(Await.result(gateways.look(OURS))).isEqualTo(new Seen.Missing());
        Await.result(gateways.remove(OURS));
        assertThat(ec2.calls())
                .extracting(call -> call.get("Action"))
                .containsExactly("DescribeInstances", "DescribeInstances");
    }

    @Test
    void gatewayOfThisName_shouldBeSeenWithItsAddress() {
        described(gateway("i-1", "blue-gateway", "running"));

        assertThat(Await.result(gateways.look(OURS)))
                .isEqualTo(Seen.Present.of("blue", Map.of(Attributes.ADDRESS, "")));
    }

    /** Another run has terminated it, and did not wait. */
    @Test
    void gatewayThatShutsDown_shouldBeSeenAsEndingAndWaitedFor() {
        described(gateway("i-1", "blue-gateway", "shutting-down"));

        assertThat(Await.result(gateways.look(OURS)))
                .isEqualTo(Seen.Present.of("blue", Map.of(Attributes.ADDRESS, "", Attributes.ENDING, "true")));
        assertThat(ec2.calls().get(0).values()).contains("shutting-down").doesNotContain("terminated");

        described(gateway("i-1", "blue-gateway", "terminated"));
        Await.result(gateways.remove(OURS));
        assertThat(ec2.calls())
                .extracting(call -> call.get("Action"))
                .containsExactly("DescribeInstances", "DescribeInstances", "DescribeInstances");
    }

    @Test
    void gatewayBesideOneThatShutsDown_shouldBeTheOneThatIsSeen() {
        described(gateway("i-1", "blue-gateway", "shutting-down"), gateway("i-2", "blue-gateway", "running"));

        assertThat(Await.result(gateways.look(OURS)))
                .isEqualTo(Seen.Present.of("blue", Map.of(Attributes.ADDRESS, "")));
    }

    @Test
    void gatewayThatDoesNotEnd_shouldBeOneLineWithTheRemedy() {
        described(gateway("i-1", "blue-gateway", "running"));
        terminated();
        described(gateway("i-1", "blue-gateway", "stopping"));

        assertThat(Await.failure(gateways.remove(OURS)))
                .isInstanceOf(InfrastructureException.class)
                .hasMessageStartingWith("the gateway's instance i-1 does not end (")
                .hasMessageEndingWith("see to it in EC2 (its state, termination protection), and run it again");
    }
}
