package flotilla.protocol;

import flotilla.domain.FailureCode;

/** Reads kind and size of an image from its first bytes, without decoding any pixel. */
public interface ImageInspector {
    /**
     * Looks at the beginning of an encoded image.
     *
     * @param prefix the first bytes of the image
     * @param complete whether {@code prefix} is the whole image
     */
    Inspection inspect(byte[] prefix, boolean complete);

    /** What the header says. */
    sealed interface Inspection {
        /**
         * An image of a kind that is decoded here, within the limits.
         *
         * @param contentType the media type found in the bytes, such as {@code image/jpeg}
         * @param width in pixels
         * @param height in pixels
         */
        record Accepted(String contentType, int width, int height) implements Inspection {}

        /** Not an image that can be classified. */
        record Refused(FailureCode code, String message) implements Inspection {}

        /** The header is longer than the prefix. Never given when the prefix is complete. */
        record Incomplete() implements Inspection {}
    }
}
