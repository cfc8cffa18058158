package flotilla.domain;

import java.util.Arrays;
import java.util.Optional;

/** Why an image has no label. The text of each code is part of the HTTP interface. */
public enum FailureCode {
    /** The bytes are not an image of a kind that is decoded here. */
    UNSUPPORTED_TYPE("unsupported-type"),
    /** The image has more pixels than the configured limit. */
    TOO_MANY_PIXELS("too-many-pixels"),
    /** The image's header or data is broken. */
    DAMAGED("damaged"),
    /** The stored image was gone when a worker came to read it. */
    INPUT_MISSING("input-missing"),
    /** The classifier answers from a table, and the file is not in it. */
    NOT_IN_TABLE("not-in-table"),
    /** The message was delivered as often as the queue allows and no worker could answer. */
    UNDELIVERABLE("undeliverable"),
    /** The image was inside the classifier of two workers when their processes died. */
    QUARANTINED("quarantined"),
    /** The batch that the image belongs to was cancelled before the image was answered. */
    CANCELLED("cancelled");

    private final String text;

    FailureCode(String text) {
        this.text = text;
    }

    public String text() {
        return text;
    }

    /** Whether it says nothing of the image itself, so that an answer that comes late, or a redrive, may still supersede it. */
    public boolean isProvisional() {
        return this == UNDELIVERABLE || this == QUARANTINED;
    }

    public static Optional<FailureCode> of(String text) {
        return Arrays.stream(values()).filter(code -> code.text.equals(text)).findFirst();
    }
}
