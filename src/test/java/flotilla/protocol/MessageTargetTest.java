package flotilla.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.hostile.Mutations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The fuzzer's target with the messages that it begins with, sound and bent. */
class MessageTargetTest {
    private static final Path MESSAGES = Path.of("src/test/resources/fuzz/messages");
    private static final int BENT = 20_000;

    private static List<byte[]> messages() throws IOException {
        List<byte[]> messages = new ArrayList<>();
        try (Stream<Path> files = Files.list(MESSAGES)) {
            for (Path file : files.sorted().toList()) {
                messages.add(Files.readAllBytes(file));
            }
        }
        return messages;
    }

    @Test
    void soundAndBentMessages_shouldBeReadOrUnreadable() throws IOException {
        List<byte[]> messages = messages();
        assertThat(messages).hasSizeGreaterThanOrEqualTo(5);

        messages.forEach(MessageTarget::fuzzerTestOneInput);
        Mutations mutations = new Mutations(messages);
        for (int seed = 0; seed < BENT; seed++) {
            MessageTarget.fuzzerTestOneInput(mutations.next(seed));
        }
    }
}
