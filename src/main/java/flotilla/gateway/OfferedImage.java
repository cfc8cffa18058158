package flotilla.gateway;

import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * An image that may be taken.
 *
 * @param name the client's name for it
 * @param bytes the encoded image; read once, or not at all
 * @param held bytes that are in memory for it while it waits for its turn, and counted nowhere else
 * @param sent whether a client is sending it, and hears why it is not taken only when somebody has read it
 */
record OfferedImage(String name, Source<ByteString, ?> bytes, long held, boolean sent) {
    /** One that comes from its client now. */
    static OfferedImage sent(String name, long held, Source<ByteString, ?> bytes) {
        return new OfferedImage(name, bytes, held, true);
    }

    /** One that lies somewhere, and may be left there unread. */
    static OfferedImage lying(String name, Source<ByteString, ?> bytes) {
        return new OfferedImage(name, bytes, 0, false);
    }
}
