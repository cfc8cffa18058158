package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import flotilla.config.FlotillaSettings;
import flotilla.config.SettingsException;
import flotilla.config.SettingsLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GatewayUserDataTest {
    private static final String KEY =
            "flotilla.http.api-keys=[{name=me,sha256=0000000000000000000000000000000000000000000000000000000000000000,roles=[admin]}]";
    private static final String PARAMETER = "flotilla.provision.gateway.secrets-parameter=/flotilla/gateway";

    @TempDir
    private Path folder;

    private static String render(String... sets) {
        Config config = SettingsLoader.load(Optional.empty(), Optional.empty(), List.of(sets));
        return GatewayUserData.render(config, FlotillaSettings.from(config), "eu-central-1");
    }

    /** What the instance's gateway reads. */
    private FlotillaSettings read(String script) throws IOException {
        String hocon = script.substring(script.indexOf("<<'HOCON'\n") + 10, script.indexOf("\nHOCON\n"));
        Path file = Files.writeString(folder.resolve("gateway.conf"), hocon);
        return FlotillaSettings.from(SettingsLoader.load(Optional.of(file), Optional.empty(), List.of()));
    }

    @Test
    void script_shouldGiveTheGatewayItsSettings() throws IOException {
        FlotillaSettings settings = read(render(
                PARAMETER,
                "flotilla.cluster.name=fleet",
                "flotilla.storage.input-bucket=in",
                "flotilla.scaling.slo=1m",
                "flotilla.fleet.worker-settings={worker.prefetch=2s}",
                "flotilla.fleet.subnet-ids=[subnet-1]"));

        assertThat(settings.cluster().name()).isEqualTo("fleet");
        assertThat(settings.cluster().host()).isEmpty();
        assertThat(settings.cluster().port()).isEqualTo(25520);
        assertThat(settings.http().host()).isEqualTo("0.0.0.0");
        assertThat(settings.aws().region()).contains("eu-central-1");
        assertThat(settings.storage().inputBucket()).isEqualTo("in");
        assertThat(settings.scaling().slo()).hasMinutes(1);
        assertThat(settings.fleet().workerSettings()).contains("prefetch");
        assertThat(settings.fleet().subnetIds()).containsExactly("subnet-1");
    }

    /** Otherwise a new version of the template would change nothing of what is launched. */
    @Test
    void script_shouldLeaveToTheTemplateWhatTheTemplateHas() throws IOException {
        FlotillaSettings settings =
                read(render(PARAMETER, "flotilla.fleet.image-id=ami-1", "flotilla.fleet.instance-profile=p"));

        assertThat(settings.fleet().launchTemplate()).contains("flotilla-worker");
        assertThat(settings.fleet().imageId()).isEmpty();
        assertThat(settings.fleet().instanceProfile()).isEmpty();
    }

    @Test
    void script_shouldHoldNoSecretAndFetchThemFromSsm() {
        String script = render(
                PARAMETER,
                KEY,
                "flotilla.push.secrets=[whsec_MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0]",
                "flotilla.aws.credentials.access-key-id=AKIAEXAMPLE",
                "flotilla.aws.credentials.secret-access-key=hidden");

        assertThat(script)
                .doesNotContain("whsec_", "sha256", "AKIAEXAMPLE", "hidden")
                .contains("aws ssm get-parameter --region 'eu-central-1' --name '/flotilla/gateway'")
                .contains("include file(\"/etc/flotilla/secrets.conf\")")
                .startsWith("#!/bin/sh\n");
        assertThat(render("flotilla.http.allow-anonymous=true")).doesNotContain("aws ssm");
    }

    @Test
    void gatewayThatWouldServeNobody_shouldBeRefused() {
        assertThatThrownBy(() -> render(KEY))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("secrets-parameter")
                .hasMessageContaining("allow-anonymous");
    }

    @Test
    void settingsThatDoNotFit_shouldBeRefused() {
        List<String> subnets = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            subnets.add("subnet-0123456789abcdef" + i);
        }

        assertThatThrownBy(() -> render(PARAMETER, "flotilla.fleet.subnet-ids=[" + String.join(",", subnets) + "]"))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("16384");
    }

    /** EC2 counts bytes, of which a letter may have two. */
    @Test
    void settingsOfWhichLettersFitAndBytesDoNot_shouldBeRefused() {
        String lettersFit = "flotilla.storage.prefix=\"" + "ü".repeat(8_500) + "/\"";

        assertThatThrownBy(() -> render(PARAMETER, lettersFit))
                .isInstanceOf(SettingsException.class)
                .hasMessageMatching("the gateway's settings take 1[789]\\d{3} bytes, and user data holds 16384; "
                        + "put some of them into the SSM parameter that "
                        + "flotilla.provision.gateway.secrets-parameter names");
    }
}
