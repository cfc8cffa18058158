package flotilla.simulation;

import java.io.IOException;
import java.io.LineNumberReader;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalAccessor;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.regex.Pattern;

/** Reads a trace of rows {@code time,arrivals} or {@code time}, one row at a time, so that long files fit into memory. */
final class RowReader {
    private static final Pattern SEPARATOR = Pattern.compile("[,;\\t]");
    /** How long the last row lasts when there is no other to tell it from. */
    private static final double LAST_ROW_SECONDS = 60;
    /** From here on a first time is a Unix time: it was reached in 2001. */
    private static final double UNIX_FROM = 1e9;
    /** No Unix time in seconds gets so far before the year 5138. */
    private static final double MILLISECONDS_FROM = 1e11;

    private static final List<String> NO_HEADINGS = List.of("nan", "inf", "infinity");
    private static final int SHOWN = 60;

    /** {@code count} is -1 for a row that is a time alone: an image at that time. */
    private record Row(double time, double count) {}

    private final String name;
    private final Random random;
    private final double scale;
    private final Arrivals arrivals;
    private int columns;
    private boolean headed;
    private double first;
    private double lasted = LAST_ROW_SECONDS;

    RowReader(String name, Random random, double scale) {
        this.name = name;
        this.random = random;
        this.scale = scale;
        this.arrivals = new Arrivals(name, TraceReader.CUT);
    }

    /** @throws TraceException with file and line when a row is wrong */
    Trace read(LineNumberReader in) throws IOException {
        Row before = null;
        String line = in.readLine();
        while (line != null) {
            String text = line.strip();
            if (!text.isEmpty() && !text.startsWith("#") && !isHeading(text)) {
                Row row = row(text, in.getLineNumber());
                if (before == null) {
                    first = row.time();
                } else {
                    next(before, row, in.getLineNumber());
                }
                before = row;
            }
            line = in.readLine();
        }
        if (before != null) {
            spread(before, before.time() + lasted);
        }
        if (arrivals.isEmpty()) {
            throw new TraceException(name + " holds no arrival");
        }
        return arrivals.toTrace(
                name, first >= UNIX_FROM ? Instant.ofEpochMilli(Math.round(first * 1000)) : Trace.MIDNIGHT);
    }

    private void next(Row before, Row row, int line) {
        if (row.time() < before.time()) {
            throw wrong(line, "times ascend, and this one is earlier than the one before; sort the rows");
        }
        if (row.time() - first > Trace.LONGEST) {
            throw wrong(line, "a trace lasts at most 31 days from its first row; " + TraceReader.CUT);
        }
        lasted = row.time() > before.time() ? row.time() - before.time() : lasted;
        spread(before, row.time());
    }

    /** One line of words before the first row. */
    private boolean isHeading(String text) {
        String start = SEPARATOR.split(text, 2)[0].strip();
        boolean words = !start.isEmpty()
                && (Character.isLetter(start.charAt(0)) || start.charAt(0) == '"' || start.charAt(0) == '\'')
                && !NO_HEADINGS.contains(start.toLowerCase(Locale.ROOT));
        boolean heading = words && columns == 0 && !headed;
        headed |= heading;
        return heading;
    }

    private Row row(String text, int line) {
        String[] fields = SEPARATOR.split(text, -1);
        if (fields.length > 2) {
            throw wrong(line, "a row is time,arrivals or a time, and this has " + fields.length + " columns");
        }
        if (columns != 0 && columns != fields.length) {
            throw wrong(line, "rows are all time,arrivals or all a time alone, and this is not as those before");
        }
        columns = fields.length;
        return new Row(time(fields[0].strip(), line), columns == 1 ? -1 : count(fields[1].strip(), line));
    }

    private double time(String text, int line) {
        double seconds = number(text);
        if (Double.isNaN(seconds)) {
            seconds = timestamp(text, line);
        }
        if (Math.abs(seconds) >= MILLISECONDS_FROM) {
            throw wrong(line, "\"" + shown(text) + "\" is no time in seconds; divide milliseconds by 1000");
        }
        return seconds;
    }

    private double timestamp(String text, int line) {
        try {
            TemporalAccessor found = DateTimeFormatter.ISO_DATE_TIME.parseBest(
                    text.replace(' ', 'T'), OffsetDateTime::from, LocalDateTime::from);
            Instant at = found instanceof OffsetDateTime there
                    ? there.toInstant()
                    : ((LocalDateTime) found).toInstant(ZoneOffset.UTC);
            return at.getEpochSecond() + at.getNano() / 1e9;
        } catch (DateTimeException e) {
            throw new TraceException(
                    name + ":" + line + ": \"" + shown(text)
                            + "\" is no time; rows are time,arrivals or a time, in seconds or as 2026-01-31T12:00:00Z",
                    e);
        }
    }

    private double count(String text, int line) {
        double count = number(text);
        if (!(count >= 0 && count == Math.rint(count))) {
            throw wrong(line, "arrivals are a whole number of at least 0, not \"" + shown(text) + "\"");
        }
        return count;
    }

    /** Finite, or not a number. */
    private static double number(String text) {
        try {
            double number = Double.parseDouble(text);
            return Double.isInfinite(number) ? Double.NaN : number;
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }

    private void spread(Row row, double until) {
        double from = row.time() - first;
        double counted = row.count() < 0 ? 1 : row.count();
        double images = scale == 1 ? counted : Math.floor(counted * scale + random.nextDouble());
        arrivals.expect(images);
        for (long image = 0; image < images; image++) {
            boolean itself = row.count() < 0 && image == 0;
            arrivals.add(itself ? from : from + random.nextDouble() * (until - row.time()));
        }
    }

    private TraceException wrong(int line, String what) {
        return new TraceException(name + ":" + line + ": " + what);
    }

    private static String shown(String text) {
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
    }
}
