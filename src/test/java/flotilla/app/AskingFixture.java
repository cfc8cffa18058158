package flotilla.app;

import flotilla.app.CommandOutput.Ran;
import flotilla.testing.FakeGateway;
import flotilla.testing.FakeGateway.Said;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A command that asks a gateway, and a gateway that has answers for some addresses and 404 for all others. */
abstract class AskingFixture {
    private final String command;
    private final Map<String, Said> answers = new ConcurrentHashMap<>();
    private FakeGateway gateway;

    /** @param command the first word of the command line */
    AskingFixture(String command) {
        this.command = command;
    }

    @BeforeEach
    final void serve() throws IOException {
        gateway = FakeGateway.answering(
                asked -> answers.getOrDefault(asked.uri(), Said.problem(404, "not-found", Map.of())));
    }

    @AfterEach
    final void stop() {
        gateway.close();
    }

    final String url() {
        return gateway.url();
    }

    /** What the gateway says from now on at an address, such as {@code /v1/cost}. */
    final void answers(String address, Said said) {
        answers.put(address, said);
    }

    final void answers(String address, String json) {
        answers(address, Said.json(200, json));
    }

    /** Runs the command with the gateway's address. */
    final Ran ask(String... arguments) {
        return CommandOutput.run(List.of(command, "--url", url()), arguments);
    }

    /** The same while the gateway cannot be reached. */
    final Ran askInVain(String... arguments) {
        gateway.close();
        return ask(arguments);
    }
}
