package flotilla.aws.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class OwnNamesTest {
    private static final Pattern DENIED = Pattern.compile("gateways_folders = \\[([^]]*)]");
    private static final Pattern QUOTED = Pattern.compile("\"([^\"]+)\"");
    /** What workers write; results and copies under files' names lie in no folder. */
    private static final Set<String> OF_WORKERS = Set.of("attempts");

    /** A folder that is new is either one that workers write, or denied to them. */
    @Test
    void foldersOfGateways_shouldBeDeniedToWorkers() throws IOException {
        Matcher denied = DENIED.matcher(Files.readString(Path.of("infra", "terraform", "iam-worker.tf")));
        assertThat(denied.find()).isTrue();
        Set<String> gateways = new TreeSet<>(OwnNames.FOLDERS);
        gateways.removeAll(OF_WORKERS);

        assertThat(QUOTED.matcher(denied.group(1))
                        .results()
                        .map(one -> one.group(1))
                        .collect(Collectors.toSet()))
                .isEqualTo(gateways);
    }
}
