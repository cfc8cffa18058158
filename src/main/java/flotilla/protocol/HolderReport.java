package flotilla.protocol;

import java.time.Duration;

/**
 * A worker says that it has an image.
 *
 * @param worker its name
 * @param delivery how often the image's message had been delivered when it came, that time included
 * @param held since it came
 * @param classifying whether the image is inside a classifier
 */
public record HolderReport(String worker, int delivery, Duration held, boolean classifying)
        implements CborSerializable {}
