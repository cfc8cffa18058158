package flotilla.domain;

/**
 * A pointer to a stored image.
 *
 * @param bucket the S3 bucket
 * @param key the object's key within the bucket
 */
public record ImageRef(String bucket, String key) {}
