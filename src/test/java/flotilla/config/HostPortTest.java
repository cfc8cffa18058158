package flotilla.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostPortTest {
    @ParameterizedTest
    @ValueSource(
            strings = {"a:1", "10.0.0.5:25520", "gateway-1.internal:65535", "[::1]:25520", "[fd00::ffff:10.0.0.1]:1"})
    void addressOfANode_shouldBeTaken(String text) {
        assertThat(HostPort.isValid(text)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a",
                "a:",
                ":1",
                "a:0",
                "a:70000",
                "a:123456",
                "a b:1",
                "::1:25520",
                "[::1]",
                "[a]:b",
                "p://a:1"
            })
    void anythingElse_shouldNot(String text) {
        assertThat(HostPort.isValid(text)).isFalse();
    }
}
