package flotilla.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The JDKs of this machine, found where Linux distributions put them and where {@code JAVA_HOME} points. */
final class Jdks {
    private static final Path FOLDER = Path.of("/usr/lib/jvm");
    private static final Pattern VERSION = Pattern.compile("(?m)^JAVA_VERSION=\"(\\d+)[^\"]*\"");

    private Jdks() {}

    /** The home of a JDK of this feature version. */
    static Optional<Path> find(int feature) throws IOException {
        List<Path> homes;
        try (Stream<Path> installed = Files.isDirectory(FOLDER) ? Files.list(FOLDER) : Stream.of()) {
            homes = Stream.concat(
                            Stream.of(Path.of(System.getProperty("java.home"))),
                            installed
                                    .filter(home ->
                                            !home.getFileName().toString().startsWith("."))
                                    .sorted())
                    .toList();
        }
        for (Path home : homes) {
            Path release = home.resolve("release");
            if (Files.isExecutable(home.resolve("bin/javac"))
                    && Files.isRegularFile(release)
                    && version(Files.readString(release)) == feature) {
                return Optional.of(home.toRealPath());
            }
        }
        return Optional.empty();
    }

    /** The feature version in the text of a JDK's {@code release} file; 0 when it names none. */
    static int version(String release) {
        Matcher matcher = VERSION.matcher(release);
        return matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
    }
}
