package flotilla.drill;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes what an embedded cloud has in its folder. */
final class CloudFolder {
    private final Path data;

    CloudFolder(Path data) {
        this.data = data;
    }

    /** A file with its folders. */
    void write(String name, String text) throws IOException {
        Path file = data.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    void instance(String id, long pid) throws IOException {
        write("instances/" + id + ".json", "{\"pid\":" + pid + ",\"startedAt\":0}\n");
    }

    /** What a worker has inside its classifiers. */
    void marks(String instance, String text) throws IOException {
        write("attempts/0123456789abcdef." + instance + "-1700000000000.marks", text);
    }

    void epoch(long number, String json) throws IOException {
        write("s3/flotilla-output/supervisor/flotilla/%012d.json".formatted(number), json);
    }
}
