package flotilla.provision;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.config.FlotillaSettings;
import flotilla.config.SettingsLoader;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BlueprintTest {
    private static FlotillaSettings settings(String... sets) {
        return FlotillaSettings.from(SettingsLoader.load(Optional.empty(), Optional.empty(), List.of(sets)));
    }

    private static Wanted wanted(Kind kind, FlotillaSettings settings, boolean gateway) {
        return Blueprint.of(settings, gateway).stream()
                .filter(one -> one.thing().kind() == kind)
                .findFirst()
                .orElseThrow();
    }

    private static Map<String, String> named(String name, FlotillaSettings settings) {
        return Blueprint.of(settings, false).stream()
                .filter(one -> one.thing().name().equals(name))
                .findFirst()
                .orElseThrow()
                .attributes();
    }

    @Test
    void launchMode_shouldNeedQueuesBucketsAndATemplate() {
        assertThat(Blueprint.of(settings(), false))
                .extracting(one -> one.thing().toString())
                .containsExactly(
                        "queue flotilla-request-dlq",
                        "queue flotilla-request",
                        "queue flotilla-response",
                        "queue flotilla-terminate-request",
                        "queue flotilla-terminate-confirm",
                        "bucket flotilla-input",
                        "bucket flotilla-output",
                        "launch template flotilla-worker");
    }

    @Test
    void startStopMode_shouldNeedTheGatewayBeforeTheSetThatIsToldOfIt() {
        FlotillaSettings settings = settings("flotilla.fleet.mode=start-stop", "flotilla.scaling.max-instances=3");

        assertThat(Blueprint.of(settings, true).subList(7, 9))
                .extracting(one -> one.thing().toString())
                .containsExactly("gateway's instance flotilla-gateway", "workers' instances app-tier-instance-1..3");
    }

    /** Its members are launched by the template that the settings name. */
    @Test
    void startStopModeByATemplate_shouldNeedThatBeforeTheSet() {
        FlotillaSettings settings = settings(
                "flotilla.fleet.mode=start-stop",
                "flotilla.fleet.launch-template=t",
                "flotilla.fleet.image-id=ami-1",
                "flotilla.scaling.max-instances=3");

        assertThat(Blueprint.of(settings, false).subList(7, 9))
                .extracting(one -> one.thing().toString())
                .containsExactly("launch template t", "workers' instances app-tier-instance-1..3");
        assertThat(wanted(Kind.INSTANCES, settings, false).attributes())
                .isEqualTo(Map.of("instances", "3", "unfinished", "0", "outdated", "0"));
    }

    @Test
    void staticModeAndGroups_shouldNeedNothingOfEc2() {
        assertThat(Blueprint.of(settings("flotilla.fleet.mode=static"), false)).hasSize(7);
        assertThat(Blueprint.of(
                        settings("flotilla.fleet.mode=auto-scaling-group", "flotilla.fleet.auto-scaling-group=g"),
                        false))
                .hasSize(7);
    }

    @Test
    void queues_shouldFollowTheSettings() {
        FlotillaSettings settings = settings(
                "flotilla.queue.visibility-timeout=45500ms",
                "flotilla.queue.receive-wait=7s",
                "flotilla.queue.max-receive-count=9");

        assertThat(named("flotilla-request", settings))
                .isEqualTo(Map.of(
                        "VisibilityTimeout", "46",
                        "ReceiveMessageWaitTimeSeconds", "7",
                        "MessageRetentionPeriod", "1209600",
                        "SqsManagedSseEnabled", "true",
                        "deadLettersTo", "flotilla-request-dlq",
                        "maxReceiveCount", "9"));
        assertThat(named("flotilla-response", settings))
                .containsEntry("MessageRetentionPeriod", "86400")
                .doesNotContainKey("deadLettersTo");
    }

    /** A bucket's rule comes after the gateways' own, when nothing can ask for an object any more. */
    @Test
    void buckets_shouldForgetOnlyWhereTheSettingsDo() {
        FlotillaSettings settings =
                settings("flotilla.storage.input-lifetime=25h", "flotilla.storage.result-lifetime=0s");

        assertThat(named("flotilla-input", settings)).containsEntry("expireAfterDays", "17");
        assertThat(named("flotilla-output", settings)).containsEntry("expireAfterDays", "0");
        assertThat(named("flotilla-input", settings("flotilla.storage.prefix=p/")))
                .containsEntry("expiryPrefix", "p/");
    }

    @Test
    void template_shouldHaveWhatTheSettingsNameAndBeMadeOnlyFromAnImage() {
        FlotillaSettings settings = settings(
                "flotilla.fleet.launch-template=t",
                "flotilla.fleet.image-id=ami-1",
                "flotilla.fleet.instance-types=[c7i.large, m7i.large]",
                "flotilla.fleet.security-group-ids=[sg-1, sg-2]");

        Wanted template = wanted(Kind.LAUNCH_TEMPLATE, settings, false);

        assertThat(template.thing().name()).isEqualTo("t");
        assertThat(template.impossible()).isEmpty();
        assertThat(template.attributes())
                .isEqualTo(Map.of(
                        "imageId", "ami-1",
                        "instanceType", "c7i.large",
                        "securityGroups", "sg-1,sg-2",
                        "metadata", "sessions",
                        "encryption", "on"));
        assertThat(wanted(Kind.LAUNCH_TEMPLATE, settings(), false).impossible().orElseThrow())
                .contains("flotilla.fleet.image-id");
    }

    @Test
    void gateway_shouldNeedAnImageAndRealMachines() {
        assertThat(wanted(Kind.GATEWAY, settings(), true).impossible().orElseThrow())
                .contains("flotilla.provision.gateway.image-id");
        assertThat(wanted(Kind.GATEWAY, settings("flotilla.provision.gateway.image-id=ami-2"), true)
                        .impossible())
                .isEmpty();
        assertThat(wanted(
                                Kind.GATEWAY,
                                settings(
                                        "flotilla.provision.gateway.image-id=ami-2",
                                        "flotilla.aws.endpoint.ec2=http://127.0.0.1:1"),
                                true)
                        .impossible()
                        .orElseThrow())
                .contains("flotilla gateway");
    }

    /** What uses something goes before it; the queue with a dead-letter queue before that one. */
    @Test
    void everything_shouldBeInTheOrderOfItsRemoval() {
        assertThat(Blueprint.everything(settings("flotilla.fleet.mode=static")))
                .extracting(Thing::toString)
                .containsExactly(
                        "gateway's instance flotilla-gateway",
                        "workers' instances app-tier-instance-1..20",
                        "launch template flotilla-worker",
                        "queue flotilla-request",
                        "queue flotilla-response",
                        "queue flotilla-terminate-request",
                        "queue flotilla-terminate-confirm",
                        "queue flotilla-request-dlq",
                        "bucket flotilla-input",
                        "bucket flotilla-output");
    }
}
