package flotilla.push;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import flotilla.domain.RequestId;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.apache.pekko.http.scaladsl.model.IllegalUriException;

/** The JSON of a wish as it is stored. */
public final class WishFormat {
    private static final ObjectMapper JSON = new ObjectMapper();

    private WishFormat() {}

    /** A wish as JSON. */
    public static String write(Wish wish) {
        return json(wish).toString();
    }

    /** A wish that was given up as JSON, with why. */
    public static String write(Wish wish, String why) {
        return json(wish).put("givenUp", why).toString();
    }

    private static ObjectNode json(Wish wish) {
        ObjectNode node = JSON.createObjectNode()
                .put("v", 1)
                .put("about", wish.about().name().toLowerCase(Locale.ROOT))
                .put("id", wish.id())
                .put("target", wish.target())
                .put("since", wish.since().toString());
        if (wish.told() > 0) {
            node.put("told", wish.told());
        }
        wish.failures().first().ifPresent(first -> {
            ObjectNode failures = node.putObject("failures");
            failures.put("count", wish.failures().count()).put("first", first.toString());
            wish.failures().next().ifPresent(next -> failures.put("next", next.toString()));
            failures.put("last", wish.failures().last());
        });
        return node;
    }

    /**
     * Reads a wish.
     *
     * @return empty when the text is none
     */
    public static Optional<Wish> read(String text) {
        try {
            JsonNode node = JSON.readTree(text);
            JsonNode failures = node.path("failures");
            Wish wish = new Wish(
                    Wish.About.valueOf(node.path("about").asText().toUpperCase(Locale.ROOT)),
                    node.path("id").asText(),
                    node.path("target").asText(),
                    Instant.parse(node.path("since").asText()),
                    failures.hasNonNull("first")
                            ? new Wish.Failures(
                                    failures.path("count").asInt(),
                                    instant(failures, "first"),
                                    instant(failures, "next"),
                                    failures.path("last").asText())
                            : Wish.Failures.NONE,
                    Math.max(0, node.path("told").asInt()));
            return RequestId.parse(wish.id()).isPresent() && !wish.receiver().isEmpty()
                    ? Optional.of(wish)
                    : Optional.empty();
        } catch (JsonProcessingException | IllegalArgumentException | IllegalUriException | DateTimeException e) {
            return Optional.empty();
        }
    }

    /**
     * Reads a wish that was given up.
     *
     * @return empty when the text is none
     */
    public static Optional<WishStore.GivenUp> readGivenUp(String text) {
        return read(text).flatMap(wish -> why(text).map(why -> new WishStore.GivenUp(wish, why)));
    }

    private static Optional<String> why(String text) {
        try {
            return Optional.ofNullable(JSON.readTree(text).get("givenUp")).map(JsonNode::asText);
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    private static Optional<Instant> instant(JsonNode node, String field) {
        return Optional.ofNullable(node.get(field)).map(JsonNode::asText).map(Instant::parse);
    }
}
