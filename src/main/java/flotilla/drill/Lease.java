package flotilla.drill;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The supervisor's lease as the newest epoch in the output bucket shows it.
 *
 * @param port of its holder in the cluster
 * @param writtenAt by the holder's clock, which is this machine's
 * @param until when others leave it alone, if no other epoch comes
 */
record Lease(int port, Instant writtenAt, Instant until) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern EPOCH = Pattern.compile("\\d{12}\\.json");
    private static final Pattern HOLDER = Pattern.compile(".*:(\\d+)/[0-9a-f]+");

    /** @return empty when nobody has it, or the newest epoch goes or is not whole at this moment */
    static Optional<Lease> newest(Path data) throws IOException {
        Path folder = data.resolve("s3").resolve("flotilla-output").resolve("supervisor");
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            Optional<Path> newest = files.filter(
                            file -> EPOCH.matcher(file.getFileName().toString()).matches())
                    .max(Comparator.comparing(file -> file.getFileName().toString()));
            return newest.isEmpty() ? Optional.empty() : read(newest.get());
        } catch (UncheckedIOException e) {
            // An old epoch was removed while its folder was listed.
            return Optional.empty();
        }
    }

    private static Optional<Lease> read(Path file) throws IOException {
        try {
            JsonNode epoch = JSON.readTree(Files.readString(file));
            Matcher holder = HOLDER.matcher(epoch.path("holder").asText());
            if (epoch.path("released").asBoolean() || !holder.matches()) {
                return Optional.empty();
            }
            Instant writtenAt = Instant.parse(epoch.path("writtenAt").asText());
            Duration term = Duration.ofMillis(epoch.path("termMillis").asLong());
            return Optional.of(new Lease(Integer.parseInt(holder.group(1)), writtenAt, writtenAt.plus(term)));
        } catch (NoSuchFileException | JsonProcessingException | DateTimeException e) {
            // It is being written, or is gone: the next look tells.
            return Optional.empty();
        }
    }

    /** Whether the process that listens at this port since then has it at a moment. */
    boolean isHeldBy(int itsPort, Instant since, Instant now) {
        return port == itsPort && writtenAt.isAfter(since) && until.isAfter(now);
    }
}
