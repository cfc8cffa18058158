package flotilla.infra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import flotilla.config.FleetSettings;
import flotilla.config.FlotillaSettings;
import flotilla.config.SettingsException;
import flotilla.config.SettingsLoader;
import flotilla.config.StorageSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What instances are handed at their first boot: as Terraform itself writes it, and for those who do without Terraform. */
class UserDataIT {
    private static final Pattern HEREDOC = Pattern.compile("<<'HOCON'\n(.*?)\nHOCON\n", Pattern.DOTALL);

    @TempDir
    private Path folder;

    @Test
    void gatewayOfTerraform_shouldReadItsSettings() throws IOException {
        String userData = terraform("");

        FlotillaSettings settings = settings(userData);

        // Nobody is served before there are keys.
        assertThatThrownBy(() -> settings.http().requireSafeBinding()).isInstanceOf(SettingsException.class);
        Files.writeString(
                folder.resolve("secrets.conf"),
                "flotilla.http.api-keys = [{ name = me, sha256 = \"" + "0".repeat(64) + "\", roles = [submit] }]");
        settings(userData.replace(
                        "/etc/flotilla/secrets.conf",
                        folder.resolve("secrets.conf").toString()))
                .http()
                .requireSafeBinding();
        assertThat(settings.http().limits().headerTimeout())
                .isGreaterThan(settings.http().syncWait().plusSeconds(60));
        assertThat(settings.http().syncWait()).isEqualTo(Duration.ofMinutes(10));
        assertThat(settings.cluster().port()).isEqualTo(25520);
        assertThat(settings.fleet().mode()).isEqualTo(FleetSettings.Mode.LAUNCH);
        assertThat(settings.fleet().launchTemplate()).contains("flotilla-worker");
        assertThat(settings.fleet().subnetIds()).containsExactly("subnet-1", "subnet-2");
        assertThat(settings.fleet().instanceTypes()).hasSizeGreaterThan(1);
        assertThat(settings.storage().inputBucket()).isEqualTo("example-flotilla-input");
        assertThat(userData).contains("secrets_parameter='/flotilla/gateway'").doesNotContain("api-keys");
        assertThat(userData.length()).isLessThan(16 * 1024);
    }

    @Test
    void gatewayBesideAlarms_shouldLeaveTheFleetAlone() throws IOException {
        FlotillaSettings settings = settings(terraform(
                "alarm_scaling = true\nload_balancer = false\nextra_settings = \"flotilla.scaling.slo = 1m\"\n"));

        assertThat(settings.fleet().mode()).isEqualTo(FleetSettings.Mode.STATIC);
        assertThat(settings.http().limits().headerTimeout()).isEqualTo(Duration.ofMinutes(1));
        assertThat(settings.scaling().slo()).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void gatewayOfAGroup_shouldNameIt() throws IOException {
        FlotillaSettings settings = settings(terraform("fleet_mode = \"auto-scaling-group\"\nload_balancer = false\n"));

        assertThat(settings.fleet().mode()).isEqualTo(FleetSettings.Mode.AUTO_SCALING_GROUP);
        assertThat(settings.fleet().autoScalingGroup()).contains("flotilla-workers");
    }

    @Test
    void memberOfAGroup_shouldBeHandedWhatTheGatewayHas() throws IOException {
        FlotillaSettings worker = worker(evaluated(
                "load_balancer = false\nfleet_mode = \"auto-scaling-group\"\nstorage_layout = \"by-name\"\n"
                        + "worker_extra_settings = \"flotilla.worker.hang-after = 77s\"\n",
                "local.worker_user_data"));

        FlotillaSettings gateway = settings(terraform("storage_layout = \"by-name\"\n"));
        assertThat(worker.worker().hangAfter()).isEqualTo(Duration.ofSeconds(77));
        assertThat(worker.storage().layout()).isEqualTo(StorageSettings.Layout.BY_NAME);
        assertThat(worker.queue()).isEqualTo(gateway.queue());
        assertThat(worker.storage()).isEqualTo(gateway.storage());
        assertThat(worker.cluster().name()).isEqualTo(gateway.cluster().name());
        assertThat(worker.cluster().seedNodes()).containsExactly("10.42.0.10:25520");
    }

    /** The gateway's user data as Terraform writes it. */
    private String terraform(String variables) throws IOException {
        return evaluated(variables, "local.gateway_user_data");
    }

    private String evaluated(String variables, String expression) throws IOException {
        return TerraformConsole.in(folder).evaluated(variables, expression);
    }

    @Test
    void gatewayByHand_shouldReadItsSettings() throws IOException {
        FlotillaSettings settings = settings(Infra.read("user-data/gateway.sh"));

        settings.http().requireSafeBinding();
        assertThat(settings.fleet().launchTemplate()).isPresent();
    }

    @Test
    void workerByHand_shouldReadItsSettings() throws IOException {
        FlotillaSettings settings = worker(Infra.read("user-data/worker.conf"));

        assertThat(settings.cluster().seedNodes()).hasSize(1);
        assertThat(settings.queue()).isEqualTo(settings("<<'HOCON'\n\nHOCON\n").queue());
    }

    private FlotillaSettings settings(String userData) throws IOException {
        Matcher file = HEREDOC.matcher(userData);
        assertThat(file.find()).as(userData).isTrue();
        Path conf = Files.writeString(folder.resolve("gateway.conf"), file.group(1) + "\n");
        return FlotillaSettings.from(SettingsLoader.load(Optional.of(conf), Optional.empty(), List.of()));
    }

    /** As a worker reads it, over the file of its image. */
    private static FlotillaSettings worker(String userData) {
        Config config =
                SettingsLoader.load(Optional.of(Path.of("config/worker.conf")), Optional.of(userData), List.of());
        assertThat(ConfigFactory.parseString(userData).root()).containsOnlyKeys("flotilla");
        return FlotillaSettings.from(config);
    }
}
