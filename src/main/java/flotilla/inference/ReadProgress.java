package flotilla.inference;

import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadProgressListener;

/** Remembers how far an {@link ImageReader} came. */
final class ReadProgress implements IIOReadProgressListener {
    private float percent;

    /** Whether the last row was reached. */
    boolean isComplete() {
        return percent >= 100;
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
