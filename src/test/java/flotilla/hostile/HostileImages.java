package flotilla.hostile;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The corpus of damaged and malicious files. It is made anew each time, the same bytes each time on one JDK; sound images that
 * it starts from are drawn here or lie in {@code src/test/resources/images}.
 */
public final class HostileImages {
    /** For all tests of a class; some take tenths of a second to make. */
    private static final List<HostileImage> ALL = Stream.of(
                    HostilePngs.all(), HostileJpegs.all(), HostileGifs.all(), HostileWebps.all(), HostileFiles.all())
            .flatMap(List::stream)
            .toList();

    private HostileImages() {}

    public static List<HostileImage> all() {
        return ALL;
    }

    /** Writes all of them to a folder, to be tried on something else: {@code bench/hostile-images FOLDER}. */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 1) {
            System.err.println("hostile-images: name the folder to write to");
            System.exit(2);
        }
        Path folder = Files.createDirectories(Path.of(arguments[0]));
        for (HostileImage image : ALL) {
            Files.write(folder.resolve(image.name()), image.bytes());
            System.out.printf(
                    "%-50s %9d bytes  %s%n",
                    image.name(),
                    image.bytes().length,
                    image.code()
                            .map(code -> "refused by the " + image.by() + ": " + code.text())
                            .orElse("labelled"));
        }
    }
}
