package flotilla.push;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.protocol.ResultPush.Refusal;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CallbackRuleTest {
    private static final String[] HOSTS = {"hooks.example.org", "*.example.com", "127.0.0.1", "[::1]", "8.8.8.8"};
    private final CallbackRule rule = new CallbackRule(PushFixture.settings(false, false, HOSTS));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://hooks.example.org",
                "https://hooks.example.org/",
                "https://HOOKS.example.ORG/done?a=b&c=%20d",
                "https://hooks.example.org:8443/done",
                "https://a.example.com/",
                "https://a.b.example.com/",
                "https://8.8.8.8/done"
            })
    void allowedUrl_shouldBeTaken(String url) {
        assertThat(rule.refusal(url)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "hooks.example.org",
                "/done",
                "//hooks.example.org/done",
                "https://",
                "https:///done",
                "https:hooks.example.org",
                "ftp://hooks.example.org/",
                "file:///etc/passwd",
                "javascript:alert(1)",
                "https://user@hooks.example.org/",
                "https://user:word@hooks.example.org/",
                "https://hooks.example.org/#part",
                "https://hooks.example.org:70000/",
                "https://hooks.example.org:port/",
                "https://hooks.example.org/a b",
                "https://hooks.example.org/\r\nX: y",
                "https://hooks.exämple.org/",
                "https://[::1/"
            })
    void whatIsNoSuchUrl_shouldBeMalformed(String url) {
        assertThat(rule.refusal(url)).map(Refusal::malformed).contains(true);
    }

    @ParameterizedTest
    @CsvSource({
        "http://hooks.example.org/, https://",
        "https://example.com/, allowed-hosts",
        "https://badexample.com/, allowed-hosts",
        "https://hooks.example.org.evil.net/, allowed-hosts",
        "https://evil.net/?hooks.example.org, allowed-hosts",
        "https://evil.net\\@hooks.example.org/, ''",
        "https://hooks.example.org./, allowed-hosts",
        "https://169.254.169.254/, allowed-hosts",
        "https://2130706433/, allowed-hosts",
        "https://127.0.0.1/, allow-private",
        "https://[::1]/, allow-private"
    })
    void urlThatIsNotAllowed_shouldBeRefusedWithTheRemedy(String url, String remedy) {
        Optional<Refusal> refusal = rule.refusal(url);

        assertThat(refusal).isPresent();
        assertThat(refusal.get().detail()).contains(remedy).doesNotContain("\n");
    }

    @Test
    void veryLongUrl_shouldBeMalformed() {
        assertThat(rule.refusal("https://hooks.example.org/" + "a".repeat(2048)))
                .map(Refusal::malformed)
                .contains(true);
    }

    @Test
    void plainHttpAndPrivateAddresses_shouldBeTakenWhenAllowed() {
        CallbackRule open = new CallbackRule(PushFixture.settings(true, true, HOSTS));

        assertThat(open.refusal("http://hooks.example.org/")).isEmpty();
        assertThat(open.refusal("http://127.0.0.1:8080/done")).isEmpty();
        assertThat(open.refusal("https://[::1]:8443/done")).isEmpty();
    }

    @Test
    void withoutAllowedHosts_everyUrlShouldBeRefused() {
        CallbackRule off = new CallbackRule(PushFixture.settings(true, true));

        assertThat(off.refusal("https://hooks.example.org/"))
                .map(Refusal::detail)
                .hasValueSatisfying(detail -> assertThat(detail).contains("flotilla.push.allowed-hosts"));
    }
}
