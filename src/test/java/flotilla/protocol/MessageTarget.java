package flotilla.protocol;

import flotilla.domain.ClassificationResult;
import flotilla.push.WishFormat;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What a fuzzer guided by coverage feeds with bytes: every JSON that comes from a queue, and of a bucket's that of results and
 * callbacks. Each must be read, and then written and read again as the same, or be unreadable in one line. Not fed are what only
 * a gateway's role writes besides: batches, idempotency keys, requests in quarantine, gateways' entries and the lease.
 */
public final class MessageTarget {
    private MessageTarget() {}

    public static void fuzzerTestOneInput(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        try {
            ClassificationRequest request = WireFormat.readRequest(text);
            require(WireFormat.readRequest(WireFormat.write(request)).equals(request));
        } catch (WireFormat.UnreadableException e) {
            require(!e.getMessage().contains("\n"));
        }
        try {
            ResultNotice notice = WireFormat.readNotice(text);
            require(WireFormat.readNotice(WireFormat.write(notice)).equals(notice));
        } catch (WireFormat.UnreadableException e) {
            require(!e.getMessage().contains("\n"));
        }
        try {
            ClassificationResult result = WireFormat.readResult(text);
            require(WireFormat.readResult(WireFormat.write(result)).equals(result));
        } catch (WireFormat.UnreadableException e) {
            require(!e.getMessage().contains("\n"));
        }
        WishFormat.read(text)
                .ifPresent(
                        wish -> require(WishFormat.read(WishFormat.write(wish)).equals(Optional.of(wish))));
        WishFormat.readGivenUp(text)
                .ifPresent(one -> require(WishFormat.readGivenUp(WishFormat.write(one.wish(), one.why()))
                        .equals(Optional.of(one))));
        try {
            TerminateRequest terminate = WireFormat.readTerminateRequest(text);
            require(WireFormat.readTerminateRequest(WireFormat.write(terminate)).equals(terminate));
        } catch (WireFormat.UnreadableException e) {
            require(!e.getMessage().contains("\n"));
        }
        try {
            TerminateConfirmation confirmation = WireFormat.readTerminateConfirmation(text);
            require(WireFormat.readTerminateConfirmation(WireFormat.write(confirmation))
                    .equals(confirmation));
        } catch (WireFormat.UnreadableException e) {
            require(!e.getMessage().contains("\n"));
        }
    }

    private static void require(boolean holds) {
        if (!holds) {
            throw new IllegalStateException("a message does not survive being written, or is refused in several lines");
        }
    }
}
