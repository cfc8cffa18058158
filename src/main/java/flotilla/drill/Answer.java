package flotilla.drill;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * An answer as somebody saw it.
 *
 * @param id of the request
 * @param file the name of the image that was classified; empty when it was not told
 * @param label when it was classified; else empty
 * @param failure the code when it was not; else empty
 */
record Answer(String id, String file, String label, String failure) {
    /** The code of an image that killed its worker twice. */
    private static final String QUARANTINED = "quarantined";

    /** Reads a result of the HTTP interface or of the result store. */
    static Answer of(JsonNode result) {
        return new Answer(
                result.path("id").asText(),
                result.path("file").asText(),
                result.path("label").asText(),
                result.path("error").path("code").asText());
    }

    boolean isQuarantined() {
        return failure.equals(QUARANTINED);
    }

    boolean isFailure() {
        return !failure.isEmpty();
    }
}
