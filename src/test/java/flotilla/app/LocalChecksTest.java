package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import flotilla.config.FlotillaSettings;
import flotilla.config.SettingsException;
import flotilla.config.SettingsLoader;
import flotilla.doctor.Finding;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalChecksTest {
    @TempDir
    private Path folder;

    /** What is found of a model folder that this machine does not have. */
    private List<Finding> model(String... sets) throws Exception {
        List<String> all = new ArrayList<>(List.of(sets));
        all.add("flotilla.classifier.kind=djl");
        all.add("flotilla.model.path=" + missing());
        Config config = SettingsLoader.load(Optional.empty(), Optional.empty(), all);
        LocalChecks checks = new LocalChecks(new CommonOptions.Loaded(config, FlotillaSettings.from(config)));
        return checks.all().stream()
                .filter(check -> check.name().equals("model"))
                .findFirst()
                .orElseThrow()
                .look()
                .call();
    }

    private Path missing() {
        return folder.resolve("no-model");
    }

    /** As on a gateway's or an operator's machine. */
    @Test
    void folderOfTheWorkersImage_shouldBeAWarning() throws Exception {
        assertThat(model("flotilla.fleet.mode=launch")).singleElement().satisfies(finding -> {
            assertThat(finding.status()).isEqualTo(Finding.Status.WARNING);
            assertThat(finding.what()).startsWith(missing() + " is not on this machine");
            assertThat(finding.remedy()).contains("infra/image/bundle.sh");
        });
    }

    /** Alarms launch them, and nobody here does. */
    @Test
    void folderOfWorkersOfAGroupThatAlarmsDrive_shouldBeAWarning() throws Exception {
        assertThat(model("flotilla.fleet.mode=static", "flotilla.fleet.auto-scaling-group=g"))
                .singleElement()
                .matches(finding -> finding.status() == Finding.Status.WARNING);
    }

    /** There workers are processes of this machine. */
    @Test
    void folderOfWorkersOfThisMachine_shouldBeAnError() {
        assertThatThrownBy(() -> model("flotilla.fleet.mode=static"))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("there is no model folder");
        assertThatThrownBy(() -> model("flotilla.fleet.mode=launch", "flotilla.aws.endpoint.ec2=http://127.0.0.1:1"))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("there is no model folder");
    }
}
