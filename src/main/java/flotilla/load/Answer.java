package flotilla.load;

import java.util.Optional;

/** What a request came to. */
sealed interface Answer {
    /**
     * A label.
     *
     * @param named the image that the answer itself says it is for: a file's name or its stem
     * @param worker who classified it, when the answer says so
     */
    record Labelled(String label, Optional<String> named, Optional<Worker> worker) implements Answer {}

    /**
     * A worker by its name.
     *
     * @param appTierId empty when it is not known; a worker learns its own only after its first images
     */
    record Worker(String id, Optional<String> appTierId) {}

    /**
     * No label.
     *
     * @param kind for counting, such as {@code 503 unavailable} or {@code timeout}
     * @param detail for people
     */
    record Failed(String kind, String detail) implements Answer {}
}
