package flotilla.app;

import flotilla.config.SettingsException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The photographs that come with the project, and the label that the bundled model gives to each. */
final class Samples {
    private static final String FOLDER = "/flotilla/samples/";

    /** One photograph and its right answer. */
    record Sample(String name, byte[] bytes, String label) {}

    private Samples() {}

    static List<Sample> load() throws IOException {
        List<Sample> samples = new ArrayList<>();
        String table = new String(read("expected.csv"), StandardCharsets.UTF_8);
        for (String line : table.lines().skip(1).filter(row -> !row.isBlank()).toList()) {
            int comma = line.indexOf(',');
            String name = line.substring(0, comma).strip();
            samples.add(new Sample(name, read(name), line.substring(comma + 1).strip()));
        }
        return samples;
    }

    private static byte[] read(String name) throws IOException {
        try (InputStream in = Samples.class.getResourceAsStream(FOLDER + name)) {
            if (in == null) {
                throw new SettingsException("the jar is incomplete: " + FOLDER + name + "; build it again");
            }
            return in.readAllBytes();
        }
    }
}
