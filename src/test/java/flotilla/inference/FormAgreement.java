package flotilla.inference;

import ai.djl.Model;
import java.nio.file.Path;

/**
 * A program of its own, because oneDNN reads its environment once: how far a form of a network agrees with the plain one.
 * Arguments: the model's folder, the form's file. It prints {@code largest=} and the largest difference of a probability.
 */
final class FormAgreement {
    private FormAgreement() {}

    public static void main(String[] arguments) throws Exception {
        FolderSource source =
                new FolderSource(ModelFolder.at(Path.of(arguments[0]), arguments[0]), new PyTorchEngine());
        TrialImages images = TrialImages.load(source.spec().input());
        Comparison comparison = new Comparison(source.spec().output().activation(), images);
        try (Model plain = source.load("model.pt");
                Model form = source.load(arguments[1])) {
            double largest = comparison
                    .of(comparison.alone(plain, Layout.PLANAR), comparison.alone(form, Layout.INTERLEAVED))
                    .largest();
            System.out.println("largest=" + largest);
        }
    }
}
