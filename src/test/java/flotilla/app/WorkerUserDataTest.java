package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import flotilla.config.FlotillaSettings;
import flotilla.config.SettingsLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WorkerUserDataTest {
    @Test
    void modelFolder_shouldBeHandedAsAnAbsolutePath() {
        Config handed = handed("flotilla.model.path=models/mine", "flotilla.model.zoo=zoo");

        assertThat(handed.getString("flotilla.model.path"))
                .isEqualTo(Path.of("models/mine").toAbsolutePath().toString());
        assertThat(handed.getString("flotilla.model.zoo"))
                .isEqualTo(Path.of("zoo").toAbsolutePath().toString());
    }

    @Test
    void modelElsewhere_shouldBeHandedAsItIs() {
        assertThat(handed("flotilla.model.path=s3://models/cats/v1").getString("flotilla.model.path"))
                .isEqualTo("s3://models/cats/v1");
        assertThat(handed("flotilla.model.path=djl://ai.djl.pytorch/resnet").getString("flotilla.model.path"))
                .isEqualTo("djl://ai.djl.pytorch/resnet");
        assertThat(handed().getString("flotilla.model.path")).isEmpty();
    }

    @Test
    void keysOfTheModelsConf_shouldBeHandedAndUnderstood() {
        Config handed = handed("flotilla.model.conf={ input.mean = [0, 0.5, 0] }");
        FlotillaSettings settings = FlotillaSettings.from(
                SettingsLoader.load(Optional.empty(), Optional.of(handed.root().render()), List.of()));

        assertThat(settings.model().conf().getDoubleList("input.mean")).containsExactly(0.0, 0.5, 0.0);
    }

    @Test
    void stateFolder_shouldBeHandedOnlyWhenItIsGiven() {
        assertThat(handed("flotilla.worker.state-folder=state").getString("flotilla.worker.state-folder"))
                .isEqualTo(Path.of("state").toAbsolutePath().toString());
        assertThat(handed().hasPath("flotilla.worker.state-folder")).isFalse();
    }

    private static Config handed(String... sets) {
        Config config = SettingsLoader.load(Optional.empty(), Optional.empty(), List.of(sets));
        return ConfigFactory.parseString(
                WorkerUserData.render(config, FlotillaSettings.from(config), List.of("127.0.0.1:1")));
    }
}
