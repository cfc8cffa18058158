package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import flotilla.config.SettingsException;
import flotilla.config.SettingsLoader;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CloudArgumentsTest {
    @Test
    void pairsWithoutSecrets_shouldBeHandedAsTheyAre() {
        List<String> pairs = List.of(
                "flotilla.http.port=8080",
                "flotilla.http={ port = ${PORT} }",
                "flotilla.local={ boot-delay = 1s }",
                "flotilla.queue.receive-wait = 1s");

        assertThat(CloudArguments.without(pairs)).isEqualTo(pairs);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "flotilla.push.secrets=[\"fake\"]",
                " flotilla.push = {secrets=[fake]}",
                "flotilla.push.secrets.0=fake",
                "\"flotilla\".push.secrets=[fake]",
                "flotilla.http={api-keys=[{name=fake}]}",
                "flotilla.http.api-keys=[{name=fake}]",
                "flotilla={push={secrets=[fake]},http.api-keys=[fake],aws={credentials={access-key-id=fake}}}",
                "flotilla.aws.credentials.secret-access-key=fake"
            })
    void secrets_shouldNotBeHandedHoweverTheyAreWritten(String pair) {
        assertThat(CloudArguments.without(List.of(pair))).isEmpty();
    }

    @Test
    void whatStandsBesideASecret_shouldBeHanded() {
        List<String> handed = CloudArguments.without(
                List.of("flotilla={push={secrets=[fake]}, http={port=8080, api-keys=[fake]}, local.boot-delay=2s}"));

        assertThat(handed).hasSize(1);
        assertThat(handed.get(0)).doesNotContain("fake", "\n");
        Config read = SettingsLoader.parsePair(handed.get(0));
        assertThat(read.getInt("flotilla.http.port")).isEqualTo(8080);
        assertThat(read.getString("flotilla.local.boot-delay")).isEqualTo("2s");
    }

    @Test
    void groupThatCannotBeTakenApart_shouldBeRefusedInOneLine() {
        assertThatThrownBy(() -> CloudArguments.without(List.of("flotilla.http={api-keys=[fake]} ${somewhere}")))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith("--set flotilla.http ")
                .hasMessageNotContaining("fake")
                .hasMessageNotContaining("\n");
    }
}
