package flotilla.inference;

import flotilla.config.SettingsException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/** Photographs that the jar carries, as inputs of a network: to measure with, and to compare forms of it on. */
final class TrialImages {
    private static final String FOLDER = "/flotilla/samples/";
    private static final List<String> FILES = List.of("rocket.jpg", "chelsea.png", "coffee.png", "astronaut.png");

    /** More than any of them has. */
    private static final long MOST_PIXELS = 1_000_000;

    private final List<float[]> planar = new ArrayList<>();
    private final List<float[]> interleaved = new ArrayList<>();
    private final ModelSpec.Input input;

    private TrialImages(ModelSpec.Input input) {
        this.input = input;
    }

    /** Decodes them; takes some tenths of a second. */
    static TrialImages load(ModelSpec.Input input) {
        return of(input, FILES.stream().map(TrialImages::read).toList());
    }

    /** Others, each of at most a million pixels, as files. */
    static TrialImages of(ModelSpec.Input input, List<byte[]> files) {
        ImageDecoder decoder = new ImageDecoder(MOST_PIXELS, DecodeMemory.ofHeap());
        TrialImages images = new TrialImages(input);
        Preprocessor preprocessor = new Preprocessor(input);
        for (byte[] file : files) {
            try (ImageDecoder.Decoded decoded = decoder.decode(file)) {
                if (decoded instanceof ImageDecoder.Decoded.Image image) {
                    images.planar.add(preprocessor.tensor(image.pixels(), Layout.PLANAR));
                    images.interleaved.add(preprocessor.tensor(image.pixels(), Layout.INTERLEAVED));
                }
            }
        }
        return images;
    }

    int count() {
        return planar.size();
    }

    /** One of them alone. */
    InputTensor one(int index, Layout layout) {
        return of(layout, index);
    }

    /** The first {@code count} of them, together; after the last comes the first again. */
    InputTensor first(int count, Layout layout) {
        int[] indices = new int[count];
        for (int i = 0; i < count; i++) {
            indices[i] = i % count();
        }
        return of(layout, indices);
    }

    private InputTensor of(Layout layout, int... indices) {
        InputTensor tensor = new InputTensor(input, layout, indices.length);
        for (int index : indices) {
            tensor.add((layout == Layout.PLANAR ? planar : interleaved).get(index));
        }
        return tensor;
    }

    private static byte[] read(String file) {
        try (InputStream in = TrialImages.class.getResourceAsStream(FOLDER + file)) {
            if (in == null) {
                throw new SettingsException("the jar is incomplete: " + FOLDER + file + "; build it again");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new SettingsException("the jar cannot be read: " + FOLDER + file + "; build it again", e);
        }
    }
}
