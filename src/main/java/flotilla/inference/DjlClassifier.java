package flotilla.inference;

import ai.djl.translate.TranslateException;
import flotilla.domain.Outcome;
import flotilla.protocol.EncodedImage;
import flotilla.protocol.ImageClassifier;
import java.util.ArrayList;
import java.util.List;

/** One predictor and what stands before and behind it: decode, resize, predict, name. */
final class DjlClassifier implements ImageClassifier {
    private final String model;
    private final ImageDecoder decoder;
    private final Preprocessor preprocessor;
    private final InputTensor input;
    private final NetworkRunner runner;
    private final Labeller labeller;

    DjlClassifier(
            String model,
            ImageDecoder decoder,
            Preprocessor preprocessor,
            InputTensor input,
            NetworkRunner runner,
            Labeller labeller) {
        this.model = model;
        this.decoder = decoder;
        this.preprocessor = preprocessor;
        this.input = input;
        this.runner = runner;
        this.labeller = labeller;
    }

    /** Those that cannot be decoded have their failures; the others go through the network together. */
    @Override
    public List<Outcome> classify(List<EncodedImage> images) {
        List<Outcome> outcomes = new ArrayList<>(images.size());
        List<Integer> decoded = new ArrayList<>(images.size());
        input.clear();
        for (EncodedImage image : images) {
            try (ImageDecoder.Decoded one = decoder.decode(image.bytes())) {
                if (one instanceof ImageDecoder.Decoded.Refused refused) {
                    outcomes.add(refused.failure());
                } else {
                    input.add(preprocessor.tensor(((ImageDecoder.Decoded.Image) one).pixels(), input.layout()));
                    decoded.add(outcomes.size());
                    outcomes.add(null);
                }
            }
        }
        if (!decoded.isEmpty()) {
            float[][] scores = scores(images);
            for (int i = 0; i < scores.length; i++) {
                outcomes.set(decoded.get(i), new Outcome.Labelled(model, labeller.best(scores[i])));
            }
        }
        return outcomes;
    }

    private float[][] scores(List<EncodedImage> images) {
        try {
            return runner.scores(input);
        } catch (TranslateException e) {
            throw new IllegalStateException(
                    "PyTorch failed on " + images.get(0).fileName()
                            + (images.size() == 1 ? "" : " and " + (images.size() - 1) + " more") + ": "
                            + DjlErrors.oneLine(e),
                    e);
        }
    }

    @Override
    public void close() {
        runner.close();
    }
}
