package flotilla.inference;

import java.util.Optional;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadProgressListener;
import javax.imageio.event.IIOReadWarningListener;

/** Watches one image being read, for damage that the reader passes over. */
final class ReadWatch implements IIOReadProgressListener, IIOReadWarningListener {
    private final ImageKind kind;
    private float percent;
    private String damage;

    private ReadWatch(ImageKind kind) {
        this.kind = kind;
    }

    /** A watch on {@code reader}'s next image. */
    static ReadWatch on(ImageReader reader, ImageKind kind) {
        ReadWatch watch = new ReadWatch(kind);
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

    /** Tells libjpeg's warnings of lost data from those of odd but harmless headers. */
    private static boolean isDamage(String warning) {
        return warning.startsWith("Truncated File")
                || warning.startsWith("Premature end")
                || warning.startsWith("Corrupt JPEG data") && !warning.contains("extraneous bytes");
    }

    @Override
    public void imageProgress(ImageReader reader, float percentage) {
        percent = percentage;
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
