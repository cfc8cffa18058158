package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flotilla.app.CommandOutput.Ran;
import flotilla.testing.FakeGateway;
import flotilla.testing.FakeGateway.Said;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;

/** What all commands that ask a gateway have in common. */
class GatewayOptionsTest {
    private static final String SECRET = "s3cret-of-a-test";

    /** The keys that were shown; empty where none was. */
    private final List<Optional<String>> shown = new CopyOnWriteArrayList<>();

    private volatile Supplier<Said> answer = () -> Said.json(200, "{}");
    private FakeGateway gateway;

    @Command(name = "probe")
    private static final class Probe {
        @Mixin
        private GatewayOptions gateways;
    }

    @BeforeEach
    void serve() throws Exception {
        gateway = FakeGateway.answering(asked -> {
            shown.add(Optional.ofNullable(asked.headers().getFirst("Authorization")));
            return answer.get();
        });
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    static Stream<List<String>> commands() {
        return Stream.of(
                List.of("why", "7"),
                List.of("cost"),
                List.of("trace", "01a205f0-4de1-7ee5-8467-340da8ad4ddf"),
                List.of("top", "--once"),
                List.of("top", "--batch", "-n", "2", "--interval", "100ms"));
    }

    private static void shouldFail(Ran ran, String... words) {
        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.out()).isEmpty();
        assertThat(ran.err().lines()).singleElement().asString().contains(words);
        assertThat(ran.err()).doesNotContain(SECRET);
    }

    private static Optional<String> key(Map<String, String> environment, String... arguments) {
        Probe probe = new Probe();
        new CommandLine(probe).parseArgs(arguments);
        return probe.gateways.key(environment);
    }

    @ParameterizedTest
    @MethodSource("commands")
    void gatewayThatAsksForAKey_shouldBeOneLineThatSaysHow(List<String> command) {
        answer = () -> Said.problem(401, "key-missing", Map.of());

        shouldFail(
                CommandOutput.run(command, "--url", gateway.url()),
                command.get(0) + ": the gateway at " + gateway.url()
                        + " asks for an API key; give one with the role read",
                "--key",
                "FLOTILLA_API_KEY");
        assertThat(shown).containsOnly(Optional.empty());
    }

    @ParameterizedTest
    @MethodSource("commands")
    void keyThatIsNotKnown_shouldBeOneLineWithoutTheKey(List<String> command) {
        answer = () -> Said.problem(401, "key-unknown", Map.of());

        shouldFail(
                CommandOutput.run(command, "--url", gateway.url(), "--key", SECRET),
                "the gateway at " + gateway.url() + " does not know this API key; check --key");
        assertThat(shown).containsOnly(Optional.of("Bearer " + SECRET));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void keyThatMayNot_shouldBeOneLineThatNamesTheRole(List<String> command) {
        answer = () -> Said.problem(403, "key-not-allowed", Map.of());

        shouldFail(
                CommandOutput.run(command, "--url", gateway.url(), "--key", SECRET),
                "lets this API key not do that (a title; a detail); give one with the role read");
    }

    @ParameterizedTest
    @MethodSource("commands")
    void addressThatSendsElsewhere_shouldBeOneLineThatNamesThePlace(List<String> command) {
        answer = () -> new Said(301, Map.of("Location", "https://flotilla.example/"), "");

        shouldFail(
                CommandOutput.run(command, "--url", gateway.url()),
                "what answers at " + gateway.url() + " sends on to https://flotilla.example/; give the address");
    }

    @ParameterizedTest
    @MethodSource("commands")
    void gatewayThatIsAway_shouldBePassedOver(List<String> command) throws Exception {
        FakeGateway away = FakeGateway.answering(asked -> Said.nothing());
        away.close();
        answer = () -> Said.problem(401, "key-missing", Map.of());

        shouldFail(
                CommandOutput.run(command, "--gateway", away.url() + "," + gateway.url()),
                "the gateway at " + gateway.url() + " asks for an API key");
    }

    @Test
    void severalGatewaysThatAreAway_shouldAllBeNamed() {
        gateway.close();

        shouldFail(
                CommandOutput.run(List.of("why"), "--url", gateway.url(), "--url", "http://127.0.0.1:1"),
                "no gateway can be reached at " + gateway.url() + " or http://127.0.0.1:1; start one");
    }

    @Test
    void key_shouldComeFromTheOptionBeforeTheEnvironment() {
        assertThat(key(Map.of())).isEmpty();
        assertThat(key(Map.of("FLOTILLA_API_KEY", ""))).isEmpty();
        assertThat(key(Map.of("FLOTILLA_API_KEY", "a"))).contains("a");
        assertThat(key(Map.of("FLOTILLA_API_KEY", "a"), "--key", "b")).contains("b");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "two words", "line\nbreak", "schl\u00fcssel"})
    void keyThatCanBeNone_shouldBeWrongUsageWithoutTheKey(String text) {
        assertThatThrownBy(() -> key(Map.of(), "--key", text))
                .isInstanceOf(ParameterException.class)
                .hasMessageStartingWith("--key is an API key: visible characters");
        if (!text.isEmpty()) {
            assertThatThrownBy(() -> key(Map.of("FLOTILLA_API_KEY", text)))
                    .isInstanceOf(ParameterException.class)
                    .hasMessageStartingWith("FLOTILLA_API_KEY is an API key")
                    .hasMessageNotContaining(text);
        }
    }
}
