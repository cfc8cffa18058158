package flotilla.protocol;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;

/** Numbers, times and lists as people write them. */
final class Words {
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'", Locale.ROOT);
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss 'UTC'", Locale.ROOT);

    private Words() {}

    /** {@code no machine}, {@code 1 machine}, {@code 2 machines}. */
    static String count(long number, String noun) {
        return number == 0 ? "no " + noun : number + " " + plural(number, noun);
    }

    static String plural(long number, String noun) {
        return number == 1 || number == 0 ? noun : noun + "s";
    }

    /** {@code was} or {@code were}; nothing is singular, too. */
    static String was(long number) {
        return number > 1 ? "were" : "was";
    }

    /** At most two decimals; three digits where that would leave nothing. */
    static String number(double value) {
        if (!Double.isFinite(value)) {
            return "without end";
        }
        BigDecimal exact = BigDecimal.valueOf(value);
        BigDecimal rounded = exact.setScale(2, RoundingMode.HALF_UP);
        if (rounded.abs().compareTo(new BigDecimal("0.1")) < 0 && exact.signum() != 0) {
            rounded = exact.round(new MathContext(2, RoundingMode.HALF_UP));
        }
        return rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString();
    }

    static String seconds(double value) {
        return number(value) + " s";
    }

    /** {@code a}, {@code a and b}, {@code a, b and c}. */
    static String list(List<String> items) {
        int last = items.size() - 1;
        return last <= 0
                ? String.join("", items)
                : String.join(", ", items.subList(0, last)) + " and " + items.get(last);
    }

    static String day(Instant at) {
        return DAY.format(nearest(at));
    }

    static String time(Instant at) {
        return TIME.format(nearest(at));
    }

    private static ZonedDateTime nearest(Instant at) {
        return at.plusMillis(500).truncatedTo(ChronoUnit.SECONDS).atZone(ZoneOffset.UTC);
    }

    static String capital(String text) {
        return text.isEmpty() ? text : text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
    }

    /** With a full stop at its end, and only one. */
    static String sentence(String text) {
        return text.endsWith(".") ? text : text + ".";
    }
}
