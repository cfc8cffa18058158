package flotilla.push;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import org.apache.pekko.http.javadsl.model.Uri;

/**
 * Somebody wants to be told once something is finished.
 *
 * @param about what is waited for
 * @param id of the request or the batch
 * @param target a URL, or {@link #TOPIC}
 * @param since when it was wished
 * @param failures attempts in vain so far
 * @param told the generation of the provisional failure that the receiver has heard of, and that an answer may follow; else 0
 */
public record Wish(About about, String id, String target, Instant since, Failures failures, int told) {
    /** The target that stands for the topic. */
    public static final String TOPIC = "topic";

    private static final int TARGET_BYTES = 6;

    /** What can be waited for. */
    public enum About {
        CLASSIFICATION,
        BATCH
    }

    /**
     * Attempts in vain.
     *
     * @param count how many
     * @param first when the first of them was; empty without one
     * @param next when the next attempt is due; empty without a failed one
     * @param last what went wrong with the last one; empty text without one
     */
    public record Failures(int count, Optional<Instant> first, Optional<Instant> next, String last) {
        static final Failures NONE = new Failures(0, Optional.empty(), Optional.empty(), "");
    }

    static Wish of(About about, String id, String target, Instant now) {
        return new Wish(about, id, target, now, Failures.NONE, 0);
    }

    /** Names this wish among all; the same for the same wish made again. */
    public String name() {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(target.getBytes(StandardCharsets.UTF_8));
            return id + "-" + HexFormat.of().formatHex(digest, 0, TARGET_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Names the delivery to the receiver: one of its own for what follows a provisional failure that the receiver has heard of. */
    public String delivery() {
        return told == 0 ? name() : name() + "." + (told + 1);
    }

    /** After the receiver has heard of a provisional failure. */
    Wish told(int generation) {
        return new Wish(about, id, target, since, Failures.NONE, generation);
    }

    /** Who is told, without what may be secret in a URL. */
    String receiver() {
        return target.equals(TOPIC) ? TOPIC : CallbackRule.host(Uri.create(target));
    }

    /** After another attempt in vain. */
    Wish failed(Instant now, Instant next, String why) {
        return new Wish(
                about,
                id,
                target,
                since,
                new Failures(failures.count() + 1, Optional.of(failures.first().orElse(now)), Optional.of(next), why),
                told);
    }
}
