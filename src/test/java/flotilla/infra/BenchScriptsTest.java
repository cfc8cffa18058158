package flotilla.infra;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Scripts in {@code bench/} that compute something have tests of their own, in Python. */
class BenchScriptsTest {
    @ParameterizedTest
    @ValueSource(strings = {"bill_test.py", "broken_test.py", "drills_test.py", "overload_test.py", "soak_test.py"})
    void script_shouldPassItsOwnTests(String tests) {
        Infra.Ended ended = Infra.python("bench/" + tests);

        assertThat(ended.status()).as(ended.output()).isZero();
        assertThat(ended.output()).contains("OK");
    }
}
