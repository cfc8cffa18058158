package flotilla.aws.ec2;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.aws.Await;
import flotilla.aws.AwsClients;
import flotilla.config.FlotillaSettings;
import flotilla.config.SettingsLoader;
import flotilla.provision.Attributes;
import flotilla.provision.Kind;
import flotilla.provision.Seen;
import flotilla.provision.Thing;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class Ec2SetProvisionTest {
    private static final Thing WORKERS = new Thing(Kind.INSTANCES, "workers");

    private final FakeEc2 ec2 = new FakeEc2();
    private final AwsClients clients = AwsClients.open(ec2.settings(), 0);
    private final AtomicInteger asked = new AtomicInteger();

    @AfterEach
    void close() {
        clients.close();
        ec2.close();
    }

    private Seen.Present seen(String mode) {
        try (Ec2SetProvision set = Ec2SetProvision.connect(
                clients,
                FlotillaSettings.from(SettingsLoader.load(
                                Optional.empty(),
                                Optional.empty(),
                                List.of("flotilla.fleet.image-id=ami-1", "flotilla.fleet.mode=" + mode)))
                        .fleet(),
                "blue",
                new Ec2SetProvision.Recipe(2, () -> {
                    asked.incrementAndGet();
                    return CompletableFuture.completedFuture(
                            new Ec2StoppedSet.Outfit("flotilla {}", List.of("10.0.0.2:25520"), Map.of()));
                }),
                Clock.systemUTC())) {
            return (Seen.Present) Await.result(set.look(WORKERS));
        }
    }

    /** Nobody is told where gateways are but a set's members. */
    @Test
    void look_shouldAskForGatewaysOnlyWhereThereIsASet() {
        ec2.answers(
                "DescribeInstances",
                "<reservationSet><item><instancesSet>" + FakeEc2.instance("i-1", "running", "")
                        + "</instancesSet></item></reservationSet>");

        assertThat(seen("launch").attributes())
                .containsEntry(Attributes.RUNNING, "1")
                .doesNotContainKey(Attributes.OUTDATED);
        assertThat(asked).hasValue(0);
        assertThat(seen("start-stop").attributes()).containsEntry(Attributes.OUTDATED, "1");
        assertThat(asked).hasValue(1);
    }
}
