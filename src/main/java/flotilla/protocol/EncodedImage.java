package flotilla.protocol;

/**
 * An image as it was uploaded.
 *
 * @param fileName the client's name for it
 * @param bytes the encoded bytes (JPEG, PNG, GIF or WebP); shared, never changed
 */
public record EncodedImage(String fileName, byte[] bytes) {}
