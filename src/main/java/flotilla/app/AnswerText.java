package flotilla.app;

import com.fasterxml.jackson.databind.JsonNode;
import flotilla.protocol.InfrastructureException;
import java.io.PrintWriter;
import java.util.function.Function;

/**
 * How a command tells what a gateway answered.
 *
 * @param otherwise what an answer that cannot be told does wrong, such as {@code is no timeline}
 * @param text the answer in lines; fails with {@link IllegalArgumentException} for one that cannot be told
 */
record AnswerText(String otherwise, Function<JsonNode, String> text) {
    /**
     * Prints an answer.
     *
     * @param json as it came, as one line, instead of as text
     * @throws InfrastructureException with one line and the remedy for an answer that cannot be told
     */
    void print(JsonNode answer, boolean json, PrintWriter out) {
        out.print(json ? answer + "\n" : told(answer));
        out.flush();
    }

    private String told(JsonNode answer) {
        try {
            return text.apply(answer);
        } catch (IllegalArgumentException e) {
            throw new InfrastructureException(
                    "the gateway's answer " + otherwise + " (" + e.getMessage() + "); is it of another version?", e);
        }
    }
}
