package flotilla.aws.s3;

import flotilla.domain.RequestId;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What Flotilla calls its own objects below the configured prefix. No copy under a client's name may have such a name, and no
 * client may name such an object: they hold what others have sent and got. A store that needs a folder gets it from here.
 */
final class OwnNames {
    static final String ATTEMPTS = "attempts/";
    static final String BATCHES = "batches/";
    static final String CALLBACKS = "callbacks/";
    static final String COSTS = "costs/";
    static final String DECISIONS = "decisions/";
    static final String IDEMPOTENCY = "idempotency/";
    static final String QUARANTINE = "quarantine/";
    static final String REGISTRY = "registry/";
    static final String SUPERVISOR = "supervisor/";
    static final String UNREADABLE = "unreadable/";

    /** The folders, without slashes. */
    static final Set<String> FOLDERS = Stream.of(
                    ATTEMPTS,
                    BATCHES,
                    CALLBACKS,
                    COSTS,
                    DECISIONS,
                    IDEMPOTENCY,
                    QUARANTINE,
                    REGISTRY,
                    SUPERVISOR,
                    UNREADABLE)
            .map(folder -> folder.substring(0, folder.length() - 1))
            .collect(Collectors.toUnmodifiableSet());

    private OwnNames() {}

    /** A name like {@code <id>.json} for the first generation of something, {@code <id>.2.json} for the second, and so on. */
    record Generation(RequestId id, int number) {
        private static final Pattern NAME = Pattern.compile("(.{36})(?:\\.([1-9]\\d{0,8}))?\\.json");

        String name() {
            return id + (number == 1 ? "" : "." + number) + ".json";
        }

        static Optional<Generation> parse(String name) {
            Matcher matcher = NAME.matcher(name);
            return matcher.matches() && RequestId.parse(matcher.group(1)).isPresent()
                    ? Optional.of(new Generation(
                            new RequestId(matcher.group(1)),
                            matcher.group(2) == null ? 1 : Integer.parseInt(matcher.group(2))))
                    : Optional.empty();
        }
    }

    /** Whether a name is one of a folder of ours, or within one. */
    static boolean isInFolder(String name) {
        return FOLDERS.contains(first(name));
    }

    /** Whether a name is that of a request's image, or of one of its results. */
    static boolean isOfRequest(String name) {
        String first = first(name);
        return RequestId.parse(first).isPresent() || Generation.parse(first).isPresent();
    }

    private static String first(String name) {
        return name.split("/", 2)[0];
    }
}
