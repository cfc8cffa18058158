package flotilla.protocol;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Something that was done, as a trace shows it.
 *
 * @param name few and fixed, such as {@code classify}
 * @param error why it was done in vain
 * @param parts what was done within it
 */
public record Span(
        String name,
        Kind kind,
        Instant start,
        Instant end,
        Map<String, String> attributes,
        Optional<String> error,
        List<Span> parts) {
    /** Who is at the other end. */
    public enum Kind {
        /** Nobody. */
        INTERNAL,
        /** A service that is called. */
        CLIENT,
        /** A queue that a message is sent to. */
        PRODUCER,
        /** A queue that a message came from. */
        CONSUMER
    }

    public Span {
        attributes = Map.copyOf(attributes);
        parts = List.copyOf(parts);
        // A span that ends before it begins is refused by those who show it; clocks may be set back meanwhile.
        end = end.isBefore(start) ? start : end;
    }

    /** Begins to put one together. */
    public static Builder of(String name, Kind kind, Instant start, Instant end) {
        return new Builder(name, kind, start, end);
    }

    /** Puts a span together. */
    public static final class Builder {
        private final String name;
        private final Kind kind;
        private final Instant start;
        private final Instant end;
        private final Map<String, String> attributes = new LinkedHashMap<>();
        private final List<Span> parts = new ArrayList<>();
        private Optional<String> error = Optional.empty();

        private Builder(String name, Kind kind, Instant start, Instant end) {
            this.name = name;
            this.kind = kind;
            this.start = start;
            this.end = end;
        }

        public Builder with(String attribute, Object value) {
            attributes.put(attribute, String.valueOf(value));
            return this;
        }

        public Builder inVain(Optional<String> why) {
            error = why;
            return this;
        }

        public Builder part(Span part) {
            parts.add(part);
            return this;
        }

        public Span build() {
            return new Span(name, kind, start, end, attributes, error, parts);
        }
    }
}
