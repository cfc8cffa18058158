package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import flotilla.config.FlotillaSettings;
import flotilla.config.ScalingSettings;
import flotilla.config.ScalingSettings.Policy;
import flotilla.config.SettingsException;
import flotilla.scaling.PlannerRules;
import flotilla.scaling.PlannerRules.DrainChannel;
import flotilla.scaling.PlannerRules.Mode;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ScalingSetupTest {
    private static FlotillaSettings settings(String... lines) {
        return FlotillaSettings.from(ConfigFactory.parseString(String.join("\n", lines))
                .withFallback(ConfigFactory.parseResources("reference.conf"))
                .resolve());
    }

    @Test
    void worker_shouldBeDeadOnlyWhenItHasFencedItselfAndItsLastReceiveHasEnded() {
        PlannerRules rules =
                ScalingSetup.rules(settings("flotilla.worker.self-fence = 40s", "flotilla.queue.receive-wait = 15s"));

        assertThat(rules.limits().deadAfter()).isEqualTo(Duration.ofSeconds(40 + 15 + 10));
    }

    @Test
    void defaults_shouldHaveADeadWorkerMissedWithinTenSecondsOfItsDeath() {
        ScalingSettings scaling = settings().scaling();
        Duration forTheLook = Duration.ofSeconds(1);

        // What it has reported last it has reported before its death.
        assertThat(scaling.silentAfter().plus(scaling.debounce()).plus(forTheLook))
                .isLessThanOrEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void silenceThatIsNoLongerThanTheTimeBetweenReports_shouldBeRefused() {
        FlotillaSettings settings =
                settings("flotilla.scaling.silent-after = 9s", "flotilla.worker.report-interval = 9s");

        assertThatThrownBy(() -> ScalingSetup.rules(settings))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith(
                        "flotilla.scaling.silent-after must be longer than flotilla.worker.report-interval");
    }

    @Test
    void noStep_shouldBeNoLimit() {
        PlannerRules.Steps steps = ScalingSetup.rules(settings(
                        "flotilla.scaling.scale-out { step = 0, paused = true }", "flotilla.scaling.scale-in.step = 3"))
                .steps();

        assertThat(steps).isEqualTo(new PlannerRules.Steps(Integer.MAX_VALUE, 3, true, false));
    }

    @Test
    void modesAndChannels_shouldBeThoseOfTheCore() {
        assertThat(shape("start-stop", "queues"))
                .isEqualTo(new PlannerRules.Shape(Mode.START_STOP, DrainChannel.QUEUES, 0, true));
        assertThat(shape("static", "cluster").mode()).isEqualTo(Mode.BY_HAND);
        assertThat(ScalingSetup.rules(
                                settings("flotilla.fleet { mode = auto-scaling-group, auto-scaling-group = workers }"))
                        .shape()
                        .mode())
                .isEqualTo(Mode.GROUP);
        assertThat(ScalingSetup.rules(settings("flotilla.fleet.warm-pool { size = 3, state = running }"))
                        .shape())
                .isEqualTo(new PlannerRules.Shape(Mode.LAUNCH, DrainChannel.CLUSTER, 3, false));
    }

    private static PlannerRules.Shape shape(String mode, String channel) {
        return ScalingSetup.rules(settings("flotilla.fleet.mode = " + mode, "flotilla.drain.channel = " + channel))
                .shape();
    }

    @Test
    void everyPolicy_shouldHaveTheNameOfItsSetting() {
        assertThat(Arrays.stream(Policy.values())
                        .map(policy -> ScalingSetup.policy(policy, settings().scaling())
                                .name()))
                .containsExactly("backlog-time", "message-count", "step", "alarm", "backlog-per-instance");
    }
}
