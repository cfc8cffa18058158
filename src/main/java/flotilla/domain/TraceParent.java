package flotilla.domain;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where in a trace something belongs: the header {@code traceparent} of W3C's Trace Context.
 *
 * @param traceId 32 hexadecimal digits in lower case, not all zero
 * @param spanId of the span that it belongs below; 16 hexadecimal digits in lower case, not all zero
 * @param sampled whether the trace is recorded
 * @see <a href="https://www.w3.org/TR/trace-context/#traceparent-header">Trace Context, traceparent</a>
 */
public record TraceParent(String traceId, String spanId, boolean sampled) {
    private static final Pattern TRACE_ID = Pattern.compile("(?!0{32})[0-9a-f]{32}");
    private static final Pattern SPAN_ID = Pattern.compile("(?!0{16})[0-9a-f]{16}");
    /** A version above 00 may have more behind the flags; ff is none. */
    private static final Pattern HEADER =
            Pattern.compile("((?!ff)[0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?");

    private static final String FIRST_VERSION = "00";
    private static final int HEXADECIMAL = 16;
    private static final int SAMPLED = 1;

    public TraceParent {
        if (!TRACE_ID.matcher(traceId).matches()) {
            throw new IllegalArgumentException("not a trace id: " + traceId);
        }
        if (!SPAN_ID.matcher(spanId).matches()) {
            throw new IllegalArgumentException("not a span id: " + spanId);
        }
    }

    /** What a header says; empty when it is none. */
    public static Optional<TraceParent> parse(String header) {
        Matcher parts = HEADER.matcher(header.strip());
        boolean known = parts.matches() && (!parts.group(1).equals(FIRST_VERSION) || parts.group(5) == null);
        if (!known
                || !TRACE_ID.matcher(parts.group(2)).matches()
                || !SPAN_ID.matcher(parts.group(3)).matches()) {
            return Optional.empty();
        }
        boolean sampled = (Integer.parseInt(parts.group(4), HEXADECIMAL) & SAMPLED) != 0;
        return Optional.of(new TraceParent(parts.group(2), parts.group(3), sampled));
    }

    /** The header. */
    @Override
    public String toString() {
        return FIRST_VERSION + "-" + traceId + "-" + spanId + (sampled ? "-01" : "-00");
    }
}
