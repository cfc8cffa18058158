package flotilla.gateway;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import flotilla.domain.FailureCode;
import flotilla.domain.RequestId;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.http.javadsl.model.AttributeKey;
import org.apache.pekko.http.javadsl.model.HttpCharsets;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaType;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/**
 * An error as clients see it: {@code application/problem+json} (RFC 9457).
 *
 * @param status the HTTP status
 * @param code for programs
 * @param title what went wrong, the same for each occurrence
 * @param detail what to do about it
 * @param retryAfterSeconds when to try again
 * @param id of the request that it is about, when that was accepted
 */
record Problem(
        int status,
        String code,
        String title,
        String detail,
        Optional<Integer> retryAfterSeconds,
        Optional<RequestId> id) {
    private static final MediaType.WithFixedCharset PROBLEM_JSON =
            MediaTypes.customWithFixedCharset("application", "problem+json", HttpCharsets.UTF_8, Map.of(), false);
    private static final int LONGEST_REASON = 300;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int UNAUTHORIZED = 401;
    private static final int SOON_SECONDS = 5;

    /** A response's code, for those who count; it is not sent. */
    private static final AttributeKey<String> CODE = AttributeKey.create("flotilla-problem", String.class);

    static Problem of(int status, String code, String title, String detail) {
        return new Problem(status, code, title, detail, Optional.empty(), Optional.empty());
    }

    private static Problem later(int status, String code, String title, String detail, int seconds) {
        return new Problem(status, code, title, detail, Optional.of(seconds), Optional.empty());
    }

    /** The same, about an accepted request. */
    Problem about(RequestId request) {
        return new Problem(status, code, title, detail, retryAfterSeconds, Optional.of(request));
    }

    static Problem noFile() {
        return of(400, "no-file", "no file part", "send the image as a multipart/form-data part with a file name");
    }

    static Problem emptyBody() {
        return of(400, "empty", "the image is empty", "send a JPEG, PNG, GIF or WebP");
    }

    static Problem badFileName() {
        return of(
                400,
                "bad-file-name",
                "the file name cannot be used",
                "send a plain name of 1 to 255 characters, without '..' and control characters");
    }

    static Problem tooManyParts(int limit) {
        return of(413, "too-many-files", "too many parts in one request", "send at most " + limit + " at a time");
    }

    static Problem tooLarge(long limit) {
        return of(413, "too-large", "the image is too large", "send at most " + limit + " bytes");
    }

    static Problem uploadStalled() {
        return of(408, "upload-stalled", "the upload stalled", "send the image again, faster and without long pauses");
    }

    static Problem headerTooSlow() {
        return of(408, "header-too-slow", "the request's header took too long", "send it at once");
    }

    static Problem brokenBody() {
        return of(
                400,
                "broken-body",
                "the request's body cannot be read",
                "send it whole, and in the form that its Content-Type names");
    }

    /**
     * A request that cannot be read.
     *
     * @param reason in one line, or cut to one
     */
    static Problem malformed(int status, String reason) {
        return of(status, "malformed-request", "the request cannot be read", line(reason, "\\p{Cntrl}+"));
    }

    /**
     * In one line, or cut to one.
     *
     * @param gaps what becomes a blank
     */
    private static String line(String reason, String gaps) {
        String line = reason.replaceAll(gaps, " ");
        return line.length() <= LONGEST_REASON ? line : line.substring(0, LONGEST_REASON);
    }

    static Problem emptyBatch() {
        return of(
                400,
                "empty-batch",
                "there is no image in the batch",
                "send file parts, a zip, or a list of s3:// objects");
    }

    static Problem badBatch(String detail) {
        return of(400, "bad-batch", "the batch cannot be read", detail);
    }

    static Problem badFormat(String... formats) {
        return of(400, "bad-format", "there is no such format", "ask for " + String.join(" or ", formats));
    }

    static Problem badIds(int most) {
        return of(
                400,
                "bad-ids",
                "these are not ids of classifications",
                "send {\"ids\": [\"…\"]} with 1 to " + most + " ids that uploads were given");
    }

    /** The answer to an id that was never given, and to what is none. */
    static Problem unknownId(String id) {
        return of(404, "unknown-id", "there is no such classification", "check the id " + id);
    }

    static Problem expired(RequestId id) {
        return of(410, "expired", "the result has expired", "send the image again: results are kept for a limited time")
                .about(id);
    }

    static Problem unknownBatch(String id) {
        return of(404, "unknown-id", "there is no such batch", "check the id " + id);
    }

    static Problem noSuchObject() {
        return of(404, "no-such-object", "there is no such object", "check bucket and key");
    }

    static Problem objectNotReadable(Throwable failure) {
        String message = failure.getCause() == null
                ? failure.getMessage()
                : failure.getCause().getMessage();
        return of(403, "object-not-readable", "the object cannot be read", line(String.valueOf(message), "\\s+"));
    }

    static Problem keyMissing() {
        return of(
                401,
                "key-missing",
                "an API key is needed",
                "send it as 'Authorization: Bearer KEY' or 'X-API-Key: KEY'");
    }

    static Problem keyUnknown() {
        return of(401, "key-unknown", "the API key is not known", "check the key that you send");
    }

    static Problem keyNotAllowed(String name) {
        return of(403, "key-not-allowed", "the API key may not do this", "ask for a role for key " + name);
    }

    static Problem keyBusy(String name, int seconds) {
        return later(
                429,
                "key-limit",
                "the API key's limit is reached",
                "key " + name + " may send again in " + seconds + " s",
                seconds);
    }

    static Problem tooManyStreams(String whose, int most) {
        return later(
                429,
                "too-many-streams",
                "too many streams of events are open",
                most + " at a time are for " + whose + "; end one, or try again in " + SOON_SECONDS + " s",
                SOON_SECONDS);
    }

    static Problem tooManyInProgress() {
        return later(
                503,
                "too-many-requests-in-progress",
                "too many requests are in progress",
                "as many wait for their answers as this gateway takes; try again in " + SOON_SECONDS
                        + " s, and send images with 'Prefer: respond-async'",
                SOON_SECONDS);
    }

    static Problem badIdempotencyKey(int longest) {
        return of(
                400,
                "bad-idempotency-key",
                "the Idempotency-Key cannot be used",
                "send 1 to " + longest + " characters that name this image and no other");
    }

    static Problem idempotencyKeyReused() {
        return of(
                422,
                "idempotency-key-reused",
                "the Idempotency-Key stands for another image",
                "send a new key with a new image");
    }

    static Problem badCallback(String detail) {
        return of(400, "bad-callback", "the callback is not a URL that can be called", detail);
    }

    static Problem callbackNotAllowed(String detail) {
        return of(422, "callback-not-allowed", "the callback is not allowed", detail);
    }

    static Problem metricsOff() {
        return of(
                404,
                "metrics-off",
                "nothing is counted here",
                "set flotilla.metrics.enabled = true and start the gateway again");
    }

    static Problem unavailable(String detail) {
        return later(503, "unavailable", "the service cannot do this now", detail, SOON_SECONDS);
    }

    static Problem noTurn(Duration waited) {
        return unavailable("too many uploads are received, and none ended for this one within "
                + Math.max(1, waited.toSeconds()) + " s, or too many wait for that already; try again");
    }

    static Problem backlogFull(int limit, int seconds) {
        return later(
                429,
                "backlog-full",
                "too many images wait for an answer",
                limit + " images are waiting, and no more may; try again in " + seconds + " s",
                seconds);
    }

    static Problem noAnswerYet(RequestId id) {
        return of(
                        504,
                        "no-answer-yet",
                        "no answer within the time that this request waits",
                        "ask later: GET " + Replies.location(id))
                .about(id);
    }

    /** What lies in the image itself. */
    static Problem of(FailureCode code, String message) {
        return switch (code) {
            case UNSUPPORTED_TYPE -> of(415, code.text(), "not an image of a kind that is decoded here", message);
            default -> of(422, code.text(), "the image cannot be classified", message);
        };
    }

    HttpResponse toResponse() {
        HttpResponse plain = HttpResponse.create()
                .withStatus(StatusCodes.get(status))
                .withEntity(HttpEntities.create(PROBLEM_JSON.toContentType(), toJson().toString()))
                .addAttribute(CODE, code);
        HttpResponse response = status == UNAUTHORIZED
                ? plain.addHeader(RawHeader.create("WWW-Authenticate", "Bearer realm=\"flotilla\""))
                : plain;
        return retryAfterSeconds
                .map(seconds -> response.addHeader(RawHeader.create("Retry-After", seconds.toString())))
                .orElse(response);
    }

    /** The code of the problem that a response tells of. */
    static Optional<String> codeOf(HttpResponse response) {
        return response.getAttribute(CODE);
    }

    /** The answer as it goes over a connection that is closed after it. */
    String toHttp1() {
        byte[] body = toJson().toString().getBytes(StandardCharsets.UTF_8);
        return "HTTP/1.1 " + status + " " + StatusCodes.get(status).reason() + "\r\nContent-Type: " + PROBLEM_JSON
                + "\r\nContent-Length: " + body.length + "\r\nConnection: close\r\n\r\n"
                + new String(body, StandardCharsets.UTF_8);
    }

    ObjectNode toJson() {
        ObjectNode node = JSON.createObjectNode()
                .put("type", "about:blank")
                .put("title", title)
                .put("status", status)
                .put("detail", detail)
                .put("code", code);
        id.ifPresent(known -> node.put("id", known.value()));
        return node;
    }
}
