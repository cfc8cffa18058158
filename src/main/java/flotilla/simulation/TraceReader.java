package flotilla.simulation;

import java.io.IOException;
import java.io.LineNumberReader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Random;

/**
 * Reads traces from files:
 *
 * <ul>
 *   <li>CSV with rows {@code time,arrivals}: so many images come between that time and the next row's, at random times;
 *   <li>one time a line: an image each;
 *   <li>scaling decisions as the gateway tells them, a JSON object or one a line: images come at the rate that each
 *       decision saw, until the next.
 * </ul>
 *
 * A time is a number of seconds or an ISO 8601 timestamp; the first one is second 0 of the trace. Lines that begin with
 * {@code #}, and one line of headings, are passed over. A scale multiplies the images: each comes so many times, the further
 * ones at random times before the next row; a fraction is made up by chance.
 *
 * @see RowReader
 * @see DecisionReader
 */
public final class TraceReader {
    /** What to do about too much of a file. */
    static final String CUT = "cut it into shorter ones";

    private static final int BYTE_ORDER_MARK = '\uFEFF';

    private TraceReader() {}

    /** Reads a file as it is. */
    public static Trace read(Path file, long seed) {
        return read(file, seed, 1);
    }

    /**
     * @param seed for the times within a row
     * @param scale multiplies the images
     * @throws TraceException with file and line when it cannot be read
     */
    public static Trace read(Path file, long seed, double scale) {
        String name = String.valueOf(file.getFileName());
        try (LineNumberReader in = new LineNumberReader(Files.newBufferedReader(file))) {
            Random random = new Random(seed);
            int first = peek(in);
            if (first < 0) {
                throw new TraceException(file + " is empty; it holds time,arrivals or a time a line");
            }
            return first == '{' || first == '['
                    ? DecisionReader.read(name, in, random, scale)
                    : new RowReader(name, random, scale).read(in);
        } catch (CharacterCodingException e) {
            throw new TraceException(file + " is no text in UTF-8", e);
        } catch (IOException e) {
            String reason = e instanceof NoSuchFileException ? "there is no such file" : e.getMessage();
            throw new TraceException(
                    "cannot read the trace " + file + " (" + reason + "); name a file or one of "
                            + String.join(", ", TraceGenerator.names()),
                    e);
        }
    }

    /** The first character of the first line that says something, which is left to be read; -1 when there is none. */
    private static int peek(LineNumberReader in) throws IOException {
        while (true) {
            in.mark(1);
            int next = in.read();
            if (next == '#') {
                in.readLine();
            } else if (next < 0 || !(Character.isWhitespace(next) || next == BYTE_ORDER_MARK)) {
                in.reset();
                return next;
            }
        }
    }
}
