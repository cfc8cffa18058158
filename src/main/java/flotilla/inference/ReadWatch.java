package flotilla.inference;

import java.util.Optional;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadProgressListener;
import javax.imageio.event.IIOReadWarningListener;

/**
 * Watches one image being read, for damage that the reader passes over, and ends the reading when it has taken too much.
 */
final class ReadWatch implements IIOReadProgressListener, IIOReadWarningListener {
    /** The system is asked for the time spent; that takes as long as some rows of a small image. */
    private static final int ROWS_PER_LOOK = 16;

    private final ImageKind kind;
    private final DecodeEffort effort;
    private int progresses;
    private float percent;
    private String damage;

    private ReadWatch(ImageKind kind, DecodeEffort effort) {
        this.kind = kind;
        this.effort = effort;
    }

    /** A watch on {@code reader}'s next image. */
    static ReadWatch on(ImageReader reader, ImageKind kind, DecodeEffort effort) {
        ReadWatch watch = new ReadWatch(kind, effort);
        reader.addIIOReadProgressListener(watch);
        reader.addIIOReadWarningListener(watch);
        return watch;
    }

    /** What is wrong with the image that was read. */
    Optional<String> damage() {
        // The reader of GIF ends silently with the data; what is missing stays black.
        return damage == null && kind == ImageKind.GIF && percent < 100
                ? Optional.of("its data ends early")
                : Optional.ofNullable(damage);
    }

    @Override
    public void warningOccurred(ImageReader reader, String warning) {
        if (damage == null && isDamage(warning)) {
            damage = warning;
        }
    }

    /** Tells warnings of lost data, libjpeg's and of GIF's codes, from those of odd but harmless headers. */
    private static boolean isDamage(String warning) {
        return warning.startsWith("Out-of-sequence code")
                || warning.startsWith("Truncated File")
                || warning.startsWith("Premature end")
                || warning.startsWith("Corrupt JPEG data") && !warning.contains("extraneous bytes");
    }

    @Override
    public void imageProgress(ImageReader reader, float percentage) {
        percent = percentage;
        if (++progresses % ROWS_PER_LOOK == 0 && effort.isSpent()) {
            damage = effort.reason();
            reader.abort();
        }
    }

    @Override
    public void imageStarted(ImageReader reader, int imageIndex) {}

    @Override
    public void imageComplete(ImageReader reader) {}

    @Override
    public void readAborted(ImageReader reader) {}

    @Override
    public void sequenceStarted(ImageReader reader, int minIndex) {}

    @Override
    public void sequenceComplete(ImageReader reader) {}

    @Override
    public void thumbnailStarted(ImageReader reader, int imageIndex, int thumbnailIndex) {}

    @Override
    public void thumbnailProgress(ImageReader reader, float percentage) {}

    @Override
    public void thumbnailComplete(ImageReader reader) {}
}
