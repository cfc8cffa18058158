package flotilla.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;

/**
 * What a client would rather have: the weighted list of {@code Accept} or {@code Accept-Encoding}. Of two choices the one with
 * the higher weight is preferred, then the one that is named more exactly, then the one that is named first. An element that
 * cannot be read is passed over.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9110#section-12.4">RFC 9110, 12.4</a>
 */
final class Accepted {
    private static final int EXACT = 2;
    private static final int OF_A_KIND = 1;
    private static final int ANYTHING = 0;

    /** An element of the list: {@code text/html}, {@code text/*}, {@code *}, with its weight between 0 and 1. */
    private record Range(String name, double weight) {}

    /** How a choice stands: the element that fits it best. */
    private record Standing(double weight, int exactness, int position) {
        static final Standing NONE = new Standing(0, -1, Integer.MAX_VALUE);

        boolean isBefore(Standing other) {
            if (weight != other.weight) {
                return weight > other.weight;
            }
            return exactness != other.exactness ? exactness > other.exactness : position < other.position;
        }
    }

    private final List<Range> ranges = new ArrayList<>();

    private Accepted(HttpRequest request, String header) {
        for (HttpHeader one : request.getHeaders()) {
            if (one.is(header)) {
                for (String element : one.value().split(",")) {
                    add(element);
                }
            }
        }
    }

    private void add(String element) {
        String[] parts = element.strip().toLowerCase(Locale.ROOT).split("\\s*;\\s*", -1);
        double weight = 1;
        for (int i = 1; i < parts.length; i++) {
            if (parts[i].startsWith("q=")) {
                String number = parts[i].substring(2);
                if (!number.matches("0(\\.\\d{0,3})?|1(\\.0{0,3})?")) {
                    return;
                }
                weight = Double.parseDouble(number);
            }
        }
        if (!parts[0].isEmpty()) {
            ranges.add(new Range(parts[0], weight));
        }
    }

    /** The media types that a client takes. */
    static Accepted types(HttpRequest request) {
        return new Accepted(request, "accept");
    }

    /** The content codings that a client takes. */
    static Accepted codings(HttpRequest request) {
        return new Accepted(request, "accept-encoding");
    }

    /** Whether the client would rather have one than the other, both in lower case; false when it does not care. */
    boolean prefers(String wanted, String other) {
        Standing standing = standing(wanted);
        return standing.weight() > 0 && standing.isBefore(standing(other));
    }

    /** Whether one of two weighs more, however they are named and in whatever order. */
    boolean heavier(String one, String other) {
        return standing(one).weight() > standing(other).weight();
    }

    /** Whether the client takes this, in lower case. */
    boolean takes(String name) {
        return standing(name).weight() > 0;
    }

    private Standing standing(String name) {
        Standing best = Standing.NONE;
        for (int i = 0; i < ranges.size(); i++) {
            int exactness = exactness(ranges.get(i).name(), name);
            if (exactness > best.exactness()) {
                best = new Standing(ranges.get(i).weight(), exactness, i);
            }
        }
        return best;
    }

    private static int exactness(String range, String name) {
        if (range.equals(name)) {
            return EXACT;
        }
        if (range.equals("*") || range.equals("*/*")) {
            return ANYTHING;
        }
        return range.endsWith("/*") && name.startsWith(range.substring(0, range.length() - 1)) ? OF_A_KIND : -1;
    }
}
