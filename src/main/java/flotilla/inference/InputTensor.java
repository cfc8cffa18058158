package flotilla.inference;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/**
 * A network's input, outside the heap, where an engine reads it without a copy: float32, images×3×height×width in the layout
 * it was made for. Filled anew for each run; confined to one thread.
 */
final class InputTensor {
    private static final int CHANNELS = 3;

    private final int height;
    private final int width;
    private final Layout layout;
    private final ByteBuffer bytes;
    private final FloatBuffer values;
    private int images;

    /**
     * @param capacity images that it holds at most
     */
    InputTensor(ModelSpec.Input input, Layout layout, int capacity) {
        this.height = input.height();
        this.width = input.width();
        this.layout = layout;
        this.bytes = ByteBuffer.allocateDirect(capacity * CHANNELS * height * width * Float.BYTES)
                .order(ByteOrder.nativeOrder());
        this.values = bytes.asFloatBuffer();
    }

    Layout layout() {
        return layout;
    }

    /** Forgets what it holds. */
    void clear() {
        images = 0;
    }

    /** Adds an image, as {@link Preprocessor#tensor} made it for this layout. */
    void add(float[] image) {
        values.put(images * CHANNELS * height * width, image);
        images++;
    }

    /** Images that it holds. */
    int images() {
        return images;
    }

    /** As an engine sees it: images×3×height×width. Valid until this is changed. */
    NDArray in(NDManager manager) {
        ByteBuffer filled = bytes.duplicate().order(ByteOrder.nativeOrder());
        filled.limit(images * CHANNELS * height * width * Float.BYTES);
        if (layout == Layout.PLANAR) {
            return manager.create(filled, new Shape(images, CHANNELS, height, width), DataType.FLOAT32);
        }
        return manager.create(filled, new Shape(images, height, width, CHANNELS), DataType.FLOAT32)
                .transpose(0, 3, 1, 2);
    }
}
