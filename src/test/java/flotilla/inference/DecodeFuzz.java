package flotilla.inference;

import flotilla.hostile.HostileImage;
import flotilla.hostile.HostileImages;
import flotilla.hostile.Mutations;
import flotilla.inference.ImageDecoder.Decoded;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Decodes bent files, which must end as an image or as a refusal, with little processor time and memory. File {@code i} of a
 * kind is drawn from the seed and {@code i} alone.
 */
final class DecodeFuzz {
    /** Of a model that costs nothing. */
    static final ModelSpec.Input INPUT = new ModelSpec.Input(
            32, 32, new ModelSpec.Resize.ShorterThenCentre(36), List.of(0.0, 0.0, 0.0), List.of(1.0, 1.0, 1.0));

    private static final int MAX_PIXELS = 4_000_000;
    /** Of files that mutations begin with. */
    private static final int LONGEST_SEED = 30_000;

    private static final Duration MOST_EFFORT = Duration.ofSeconds(3);
    private static final long MOST_MEMORY = 160 << 20;

    private final Map<ImageKind, Mutations> mutations = new EnumMap<>(ImageKind.class);
    private final ImageDecoder decoder =
            new ImageDecoder(MAX_PIXELS, new DecodeMemory(256 << 20), DecodeEffort.Limit.of(MOST_EFFORT));
    private final Preprocessor preprocessor = new Preprocessor(INPUT);
    private long images;
    private long refusals;

    DecodeFuzz() {
        WebpLibrary.load();
        for (ImageKind kind : ImageKind.values()) {
            List<byte[]> seeds = new ArrayList<>();
            HostileImages.all().stream()
                    .map(HostileImage::bytes)
                    .filter(bytes ->
                            bytes.length <= LONGEST_SEED && ImageKind.of(bytes).equals(Optional.of(kind)))
                    .forEach(seeds::add);
            mutations.put(kind, new Mutations(seeds));
        }
    }

    /** What is wrong with how file {@code i} of a kind was decoded; empty when nothing is. */
    Optional<String> run(ImageKind kind, long seed, long i) {
        byte[] file = mutations.get(kind).next(seed * 1_000_003 + i);
        long allocated = allocated();
        try (Decoded decoded = decoder.decode(file)) {
            if (decoded instanceof Decoded.Image image) {
                images++;
                preprocessor.tensor(image.pixels(), Layout.PLANAR);
            } else {
                refusals++;
                String message = ((Decoded.Refused) decoded).failure().message();
                if (message.contains("takes longer") || message.contains("\n")) {
                    return Optional.of(message);
                }
            }
        } catch (RuntimeException | Error e) {
            return Optional.of(e + " at " + e.getStackTrace()[0]);
        }
        long taken = allocated() - allocated;
        return taken > MOST_MEMORY ? Optional.of("it allocated " + (taken >> 20) + " MiB") : Optional.empty();
    }

    byte[] file(ImageKind kind, long seed, long i) {
        return mutations.get(kind).next(seed * 1_000_003 + i);
    }

    long images() {
        return images;
    }

    long refusals() {
        return refusals;
    }

    private static long allocated() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
                .getThreadAllocatedBytes(Thread.currentThread().getId());
    }

    /** {@code bench/fuzz SECONDS [SEED]}: goes on for so long, and writes what it finds to {@code target/fuzz}. */
    public static void main(String[] arguments) throws IOException {
        long until = System.nanoTime()
                + Duration.ofSeconds(Long.parseLong(arguments[0])).toNanos();
        long seed = arguments.length > 1 ? Long.parseLong(arguments[1]) : System.currentTimeMillis();
        DecodeFuzz fuzz = new DecodeFuzz();
        Path folder = Files.createDirectories(Path.of("target", "fuzz"));
        int found = 0;
        long i = 0;
        for (; System.nanoTime() < until; i++) {
            for (ImageKind kind : ImageKind.values()) {
                // Left behind when libjpeg or libwebp brings the process down.
                Files.write(folder.resolve("last"), fuzz.file(kind, seed, i));
                Optional<String> wrong = fuzz.run(kind, seed, i);
                if (wrong.isPresent()) {
                    found++;
                    Path file = folder.resolve(kind.name().toLowerCase(java.util.Locale.ROOT) + "-" + seed + "-" + i);
                    Files.write(file, fuzz.file(kind, seed, i));
                    System.out.println(file + ": " + wrong.get());
                }
            }
        }
        System.out.println("seed=" + seed + " files=" + i * ImageKind.values().length + " images=" + fuzz.images()
                + " refusals=" + fuzz.refusals() + " findings=" + found);
        System.exit(found == 0 ? 0 : 1);
    }
}
