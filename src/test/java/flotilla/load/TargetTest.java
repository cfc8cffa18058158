package flotilla.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TargetTest {
    @ParameterizedTest
    @CsvSource({
        "10.0.0.7,              http://10.0.0.7:8000",
        "10.0.0.7:3000,         http://10.0.0.7:3000",
        "gateway.example,       http://gateway.example:8000",
        "gateway.example:80,    http://gateway.example:80",
        "10.0.0.7/upload,       http://10.0.0.7:8000/upload",
        "[::1],                 http://[::1]:8000",
        "[::1]:3000,            http://[::1]:3000",
        "http://10.0.0.7,       http://10.0.0.7",
        "https://10.0.0.7:8443, https://10.0.0.7:8443"
    })
    void ipAddress_shouldBeTakenWithOrWithoutAPort(String text, String url) {
        assertThat(Target.ipAddress(text)).isEqualTo(URI.create(url));
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.7:8000", "localhost", "ftp://10.0.0.7", "http://", "http:// a", ""})
    void urlThatIsNone_shouldBeRefusedInOneLine(String text) {
        assertThatThrownBy(() -> Target.url(text))
                .isInstanceOf(LoadException.class)
                .hasMessage("--url is an address such as http://127.0.0.1:8000, not " + text);
    }

    @ParameterizedTest
    @CsvSource({
        // the URL, --path, where the form goes, where the rest of the interface is
        "http://h:80,           '',     http://h:80/,          http://h:80/v1/fleet",
        "http://h:80/,          '',     http://h:80/,          http://h:80/v1/fleet",
        "http://h/process.php,  '',     http://h/process.php,  http://h/process.php/v1/fleet",
        "http://h/flotilla/,    '',     http://h/flotilla/,    http://h/flotilla/v1/fleet",
        "http://h,              /up,    http://h/up,           http://h/v1/fleet",
        "http://h/flotilla/,    /up,    http://h/flotilla/up,  http://h/flotilla/v1/fleet",
        "http://h/p?q=1,        '',     http://h/p?q=1,        http://h/p/v1/fleet"
    })
    void path_shouldBeBelowTheUrl(String url, String path, String form, String fleet) {
        Target target =
                new Target(URI.create(url), Api.CLASSIC, path, "inputFile", Map.of(), true, Duration.ofSeconds(1), 0);

        assertThat(target.classic()).isEqualTo(URI.create(form));
        assertThat(target.below("/v1/fleet")).isEqualTo(URI.create(fleet));
    }
}
